; BitSlab.Child.FastPaths:HandleFree(byref,ptr)
G_M000_IG01:
       push     rbp
       push     r15
       push     r14
       push     rbx
       push     rax
       lea      rbp, [rsp+0x20]
       mov      rbx, rdi
G_M000_IG02:
       mov      rcx, qword ptr [rbx+0x08]
       mov      rcx, qword ptr [rcx+0x20]
       cmp      rcx, qword ptr [rbx+0x10]
       jne      G_M000_IG07
G_M000_IG03:
       mov      rdi, qword ptr [rbx+0x08]
       mov      rdx, rsi
       shr      rdx, 16
       lea      rcx, [rdx+D1FFAB1EH]
       cmp      rcx, 0xD1FFAB1E
       jae      G_M000_IG07
       shl      rdx, 7
       mov      rax, 0xD1FFAB1E
       add      rdx, rax
       mov      eax, esi
       sub      eax, dword ptr [rdx+0x30]
       imul     eax, dword ptr [rdx+0x34]
       movzx    rcx, byte  ptr [rdx+0x3F]
       ror      eax, cl
       cmp      qword ptr [rdx], rdi
       jne      SHORT G_M000_IG07
       cmp      eax, dword ptr [rdx+0x38]
       jae      SHORT G_M000_IG07
       mov      r15, qword ptr [rdi+0x90]
       cmp      rsi, qword ptr [rdi+0x80]
       jne      SHORT G_M000_IG04
       blsr     rcx, r15
       mov      r14, qword ptr [rdi+0x88]
       cmp      rcx, qword ptr [r14]
       je       SHORT G_M000_IG06
G_M000_IG04:
       mov      ecx, 1
       shlx     rcx, rcx, rax
       mov      r8, qword ptr [rdx+0x08]
       shr      eax, 6
       lea      rax, [r8+8*rax]
       mov      r8, qword ptr [rax]
       mov      rdx, qword ptr [rdx+0x10]
       or       rcx, r8
       cmp      rcx, r8
       je       SHORT G_M000_IG07
       cmp      dword ptr [rdx+0x18], 0
       je       SHORT G_M000_IG07
       cmp      rcx, qword ptr [rdx+0x20]
       je       SHORT G_M000_IG05
       cmp      rcx, qword ptr [rdx+0x28]
       je       SHORT G_M000_IG05
       mov      qword ptr [rax], rcx
       jmp      SHORT G_M000_IG08
G_M000_IG05:
       mov      rsi, rdx
       mov      rdx, rax
       call     [BitSlab.Core.LocalFree:StoreWholeWord(ptr,ptr,ptr,ulong)]
       jmp      SHORT G_M000_IG08
G_M000_IG06:
       mov      qword ptr [r14], r15
       jmp      SHORT G_M000_IG08
G_M000_IG07:
       mov      rdi, gword ptr [rbx]
       cmp      dword ptr [rdi], edi
       call     [BitSlab.SlabAllocator:FreeSlow(ptr):this]
G_M000_IG08:
       mov      rax, gword ptr [rbx]
G_M000_IG09:
       add      rsp, 8
       pop      rbx
       pop      r14
       pop      r15
       pop      rbp
       ret
