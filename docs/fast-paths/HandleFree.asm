; BitSlab.Child.FastPaths:HandleFree(byref,ptr)
G_M000_IG01:
       push     rbp
       push     rbx
       push     rax
       lea      rbp, [rsp+0x10]
       mov      rbx, rdi
G_M000_IG02:
       mov      rcx, qword ptr [rbx+0x08]
       mov      rcx, qword ptr [rcx+0x20]
       cmp      rcx, qword ptr [rbx+0x10]
       jne      G_M000_IG06
G_M000_IG03:
       mov      rdi, qword ptr [rbx+0x08]
       mov      rax, rsi
       shr      rax, 16
       lea      rcx, [rax+D1FFAB1EH]
       cmp      rcx, 0xD1FFAB1E
       jae      G_M000_IG06
       shl      rax, 7
       mov      rdx, 0xD1FFAB1E
       add      rax, rdx
       mov      edx, esi
       sub      edx, dword ptr [rax+0x30]
       imul     edx, dword ptr [rax+0x34]
       movzx    rcx, byte  ptr [rax+0x3F]
       ror      edx, cl
       cmp      qword ptr [rax], rdi
       jne      SHORT G_M000_IG06
       cmp      edx, dword ptr [rax+0x38]
       jae      SHORT G_M000_IG06
       mov      rcx, qword ptr [rdi+0x90]
       cmp      rsi, qword ptr [rdi+0x80]
       jne      SHORT G_M000_IG04
       blsr     r8, rcx
       mov      rdi, qword ptr [rdi+0x88]
       cmp      r8, qword ptr [rdi]
       je       SHORT G_M000_IG05
G_M000_IG04:
       mov      edi, 1
       shlx     rcx, rdi, rdx
       mov      rdi, qword ptr [rax+0x08]
       shr      edx, 6
       lea      rdi, [rdi+8*rdx]
       mov      rdx, qword ptr [rdi]
       mov      rax, qword ptr [rax+0x10]
       or       rcx, rdx
       cmp      rcx, rdx
       je       SHORT G_M000_IG06
       cmp      dword ptr [rax+0x18], 0
       je       SHORT G_M000_IG06
       cmp      rcx, qword ptr [rax+0x20]
       je       SHORT G_M000_IG06
       cmp      rcx, qword ptr [rax+0x28]
       je       SHORT G_M000_IG06
       mov      qword ptr [rdi], rcx
       jmp      SHORT G_M000_IG07
G_M000_IG05:
       mov      qword ptr [rdi], rcx
       jmp      SHORT G_M000_IG07
G_M000_IG06:
       mov      rdi, gword ptr [rbx]
       cmp      dword ptr [rdi], edi
       call     [BitSlab.SlabAllocator:FreeSlow(ptr):this]
G_M000_IG07:
       mov      rax, gword ptr [rbx]
G_M000_IG08:
       add      rsp, 8
       pop      rbx
       pop      rbp
       ret
