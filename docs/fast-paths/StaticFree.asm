; BitSlab.Child.FastPaths:StaticFree(ptr)
G_M000_IG01:
       push     rbp
       push     r15
       push     r14
       push     rbx
       push     rax
       lea      rbp, [rsp+0x20]
       mov      rbx, rdi
G_M000_IG02:
       mov      rdi, 0xD1FFAB1E
       mov      rax, 0xD1FFAB1E
       call     rax
       add      rax, 60
       mov      rdi, qword ptr [rax+0x10]
       mov      rsi, rbx
       shr      rsi, 16
       lea      rcx, [rsi+D1FFAB1EH]
       cmp      rcx, 0xD1FFAB1E
       jae      G_M000_IG07
G_M000_IG03:
       shl      rsi, 7
       mov      rdx, 0xD1FFAB1E
       add      rsi, rdx
       mov      edx, ebx
       sub      edx, dword ptr [rsi+0x30]
       imul     edx, dword ptr [rsi+0x34]
       movzx    rcx, byte  ptr [rsi+0x3F]
       ror      edx, cl
       cmp      qword ptr [rsi], rdi
       jne      SHORT G_M000_IG07
       cmp      edx, dword ptr [rsi+0x38]
       jae      SHORT G_M000_IG07
       mov      r15, qword ptr [rdi+0x90]
       cmp      rbx, qword ptr [rdi+0x80]
       jne      SHORT G_M000_IG04
       blsr     rcx, r15
       mov      r14, qword ptr [rdi+0x88]
       cmp      rcx, qword ptr [r14]
       je       SHORT G_M000_IG06
G_M000_IG04:
       mov      ecx, 1
       shlx     rcx, rcx, rdx
       mov      rax, qword ptr [rsi+0x08]
       shr      edx, 6
       lea      rdx, [rax+8*rdx]
       mov      rax, qword ptr [rdx]
       mov      rsi, qword ptr [rsi+0x10]
       or       rcx, rax
       cmp      rcx, rax
       je       SHORT G_M000_IG07
       cmp      dword ptr [rsi+0x18], 0
       je       SHORT G_M000_IG07
       cmp      rcx, qword ptr [rsi+0x20]
       je       SHORT G_M000_IG05
       cmp      rcx, qword ptr [rsi+0x28]
       je       SHORT G_M000_IG05
       mov      qword ptr [rdx], rcx
       jmp      SHORT G_M000_IG08
G_M000_IG05:
       call     [BitSlab.Core.LocalFree:StoreWholeWord(ptr,ptr,ptr,ulong)]
       jmp      SHORT G_M000_IG08
G_M000_IG06:
       mov      qword ptr [r14], r15
       jmp      SHORT G_M000_IG08
G_M000_IG07:
       mov      rdi, rbx
       call     [BitSlab.SlabMemory:FreeSlow(ptr)]
G_M000_IG08:
       nop
G_M000_IG09:
       add      rsp, 8
       pop      rbx
       pop      r14
       pop      r15
       pop      rbp
       ret
