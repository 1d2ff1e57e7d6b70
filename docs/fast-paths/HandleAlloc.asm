; BitSlab.Child.FastPaths:HandleAlloc(byref,nuint):ptr
G_M000_IG01:
       push     rbp
       mov      rbp, rsp
G_M000_IG02:
       lea      rax, [rsi-0x01]
       mov      rcx, qword ptr [rdi+0x08]
       mov      edx, dword ptr [rcx+0x24]
       cmp      rax, rdx
       jae      SHORT G_M000_IG06
G_M000_IG03:
       mov      rdx, qword ptr [rcx+0x38]
       cmp      rdx, qword ptr [rdi+0x10]
       jne      SHORT G_M000_IG06
       mov      edx, dword ptr [rcx+0x2C]
       shrx     rax, rax, rdx
       shl      rax, 5
       lea      rax, [rax+rcx+0xC0]
       mov      rcx, qword ptr [rax]
       mov      rdx, qword ptr [rcx]
       test     rdx, rdx
       je       SHORT G_M000_IG04
       blsr     r8, rdx
       mov      qword ptr [rcx], r8
       mov      rcx, qword ptr [rax+0x08]
       tzcnt    rdx, rdx
       movsxd   rdx, edx
       imul     rdx, qword ptr [rax+0x10]
       add      rcx, rdx
       mov      rax, rcx
       jmp      SHORT G_M000_IG05
G_M000_IG04:
       xor      eax, eax
G_M000_IG05:
       test     rax, rax
       jne      SHORT G_M000_IG07
G_M000_IG06:
       mov      rdi, gword ptr [rdi]
       cmp      dword ptr [rdi], edi
       call     [BitSlab.SlabAllocator:AllocSlow(nuint):ptr:this]
       jmp      SHORT G_M000_IG08
G_M000_IG07:
       mov      rcx, gword ptr [rdi]
G_M000_IG08:
       pop      rbp
       ret
