; BitSlab.Child.FastPaths:HandleFree(byref,ptr)
G_M000_IG01:
       push     rbp
       push     rbx
       push     rax
       lea      rbp, [rsp+0x10]
       mov      rbx, rdi
G_M000_IG02:
       mov      rdi, qword ptr [rbx+0x08]
       mov      rdi, qword ptr [rdi+0x38]
       cmp      rdi, qword ptr [rbx+0x10]
       jne      G_M000_IG05
G_M000_IG03:
       mov      rdi, qword ptr [rbx+0x08]
       mov      rdx, 0xD1FFAB1E
       add      rdx, rsi
       mov      rcx, 0xD1FFAB1E
       cmp      rdx, rcx
       jae      G_M000_IG05
       mov      rcx, rdx
       shr      rcx, 16
       shl      rcx, 7
       mov      rax, 0xD1FFAB1E
       add      rcx, rax
       sub      edx, dword ptr [rcx+0x30]
       mov      eax, edx
       mov      r8d, dword ptr [rcx+0x34]
       imul     rax, r8
       shr      rax, 31
       cmp      qword ptr [rcx], rdi
       jne      G_M000_IG05
       mov      r8d, eax
       imul     r8d, dword ptr [rcx+0x38]
       cmp      r8d, edx
       jne      SHORT G_M000_IG05
       movzx    rdx, word  ptr [rcx+0x3C]
       cmp      eax, edx
       jae      SHORT G_M000_IG05
       mov      edx, 1
       shlx     rdx, rdx, rax
       mov      r8, qword ptr [rcx+0x08]
       shr      eax, 6
       mov      r9d, eax
       lea      r8, [r8+8*r9]
       mov      r9, qword ptr [r8]
       mov      rcx, qword ptr [rcx+0x10]
       mov      r10, qword ptr [rcx+0x18]
       test     r9, rdx
       jne      SHORT G_M000_IG05
       test     r10, r10
       je       SHORT G_M000_IG05
       mov      esi, 1
       shlx     rsi, rsi, rax
       or       rsi, r10
       mov      qword ptr [rcx+0x18], rsi
       or       r9, rdx
       cmp      r9, qword ptr [rcx+0x20]
       sete     sil
       movzx    rsi, sil
       cmp      r9, qword ptr [rcx+0x28]
       sete     dl
       movzx    rdx, dl
       or       esi, edx
       jne      SHORT G_M000_IG04
       mov      qword ptr [r8], r9
       jmp      SHORT G_M000_IG06
G_M000_IG04:
       mov      rsi, rcx
       mov      rdx, r8
       mov      rcx, r9
       call     [BitSlab.Core.LocalFree:StoreWholeWord(ptr,ptr,ptr,ulong)]
       jmp      SHORT G_M000_IG06
G_M000_IG05:
       mov      rdi, gword ptr [rbx]
       cmp      dword ptr [rdi], edi
       call     [BitSlab.SlabAllocator:FreeSlow(ptr):this]
G_M000_IG06:
       mov      rax, gword ptr [rbx]
G_M000_IG07:
       add      rsp, 8
       pop      rbx
       pop      rbp
       ret
