; BitSlab.Child.FastPaths:StaticFree(ptr)
G_M000_IG01:
       push     rbp
       push     rbx
       push     rax
       lea      rbp, [rsp+0x10]
       mov      rbx, rdi
G_M000_IG02:
       mov      rdi, 0xD1FFAB1E
       mov      rax, 0xD1FFAB1E
       call     rax
       add      rax, 72
       mov      rdi, qword ptr [rax+0x10]
       mov      rsi, 0xD1FFAB1E
       add      rsi, rbx
       mov      rdx, 0xD1FFAB1E
       cmp      rsi, rdx
       jae      G_M000_IG05
G_M000_IG03:
       mov      rdx, rsi
       shr      rdx, 16
       shl      rdx, 7
       mov      rcx, 0xD1FFAB1E
       add      rdx, rcx
       sub      esi, dword ptr [rdx+0x30]
       mov      ecx, esi
       mov      eax, dword ptr [rdx+0x34]
       imul     rcx, rax
       shr      rcx, 31
       cmp      qword ptr [rdx], rdi
       jne      G_M000_IG05
       mov      eax, ecx
       imul     eax, dword ptr [rdx+0x38]
       cmp      eax, esi
       jne      SHORT G_M000_IG05
       movzx    rsi, word  ptr [rdx+0x3C]
       cmp      ecx, esi
       jae      SHORT G_M000_IG05
       mov      esi, 1
       shlx     rsi, rsi, rcx
       mov      rax, qword ptr [rdx+0x08]
       shr      ecx, 6
       mov      r8d, ecx
       lea      rax, [rax+8*r8]
       mov      r8, qword ptr [rax]
       mov      rdx, qword ptr [rdx+0x10]
       mov      r9, qword ptr [rdx+0x18]
       test     r8, rsi
       jne      SHORT G_M000_IG05
       test     r9, r9
       je       SHORT G_M000_IG05
       mov      r10d, 1
       shlx     rcx, r10, rcx
       or       rcx, r9
       mov      qword ptr [rdx+0x18], rcx
       or       r8, rsi
       cmp      r8, qword ptr [rdx+0x20]
       sete     sil
       movzx    rsi, sil
       cmp      r8, qword ptr [rdx+0x28]
       sete     cl
       movzx    rcx, cl
       or       esi, ecx
       jne      SHORT G_M000_IG04
       mov      qword ptr [rax], r8
       jmp      SHORT G_M000_IG06
G_M000_IG04:
       mov      rsi, rdx
       mov      rdx, rax
       mov      rcx, r8
       call     [BitSlab.Core.LocalFree:StoreWholeWord(ptr,ptr,ptr,ulong)]
       jmp      SHORT G_M000_IG06
G_M000_IG05:
       mov      rdi, rbx
       call     [BitSlab.SlabMemory:FreeSlow(ptr)]
G_M000_IG06:
       nop
G_M000_IG07:
       add      rsp, 8
       pop      rbx
       pop      rbp
       ret
