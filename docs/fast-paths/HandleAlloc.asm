; BitSlab.Child.FastPaths:HandleAlloc(byref,nuint):ptr
G_M000_IG01:
       push     rbp
       push     r15
       push     r14
       push     rbx
       push     rax
       lea      rbp, [rsp+0x20]
       mov      rax, rdi
       mov      rcx, rsi
G_M000_IG02:
       lea      rdi, [rcx-0x01]
       mov      rsi, qword ptr [rax+0x08]
       mov      edx, dword ptr [rsi+0x28]
       cmp      rdi, rdx
       jae      SHORT G_M000_IG04
G_M000_IG03:
       mov      rdx, qword ptr [rsi+0x20]
       cmp      rdx, qword ptr [rax+0x10]
       jne      SHORT G_M000_IG04
       mov      rbx, rsi
       mov      r8, rsi
       cmp      byte  ptr [r8], r8b
       movzx    r9, word  ptr [r8+2*rdi+0xC0]
       add      r8, r9
       mov      r15, qword ptr [r8]
       mov      r14, qword ptr [r15]
       test     r14, r14
       jne      SHORT G_M000_IG05
G_M000_IG04:
       mov      rdi, gword ptr [rax]
       mov      rdx, qword ptr [rax+0x10]
       call     [BitSlab.SlabThreadHeap:AllocSlow(BitSlab.SlabAllocator,ptr,ulong,nuint):ptr]
       jmp      SHORT G_M000_IG06
G_M000_IG05:
       blsr     rcx, r14
       mov      qword ptr [r15], rcx
       mov      qword ptr [rbx+0x88], r15
       mov      qword ptr [rbx+0x90], r14
       mov      rcx, qword ptr [r8+0x08]
       xor      edx, edx
       tzcnt    rdx, r14
       imul     rdx, qword ptr [r8+0x10]
       add      rcx, rdx
       mov      qword ptr [rbx+0x80], rcx
       mov      rax, gword ptr [rax]
       mov      rax, rcx
G_M000_IG06:
       add      rsp, 8
       pop      rbx
       pop      r14
       pop      r15
       pop      rbp
       ret
