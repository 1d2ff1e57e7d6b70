; BitSlab.Child.FastPaths:StaticAlloc(nuint):ptr
G_M000_IG01:
       push     rbp
       push     r15
       push     rbx
       lea      rbp, [rsp+0x10]
       mov      rbx, rdi
G_M000_IG02:
       lea      r15, [rbx-0x01]
       mov      rdi, 0xD1FFAB1E
       mov      rax, 0xD1FFAB1E
       call     rax
       add      rax, 72
       mov      rdi, qword ptr [rax+0x10]
       cmp      r15, 0x400
       jae      SHORT G_M000_IG06
G_M000_IG03:
       test     rdi, rdi
       je       SHORT G_M000_IG06
       shr      r15, 4
       shl      r15, 5
       lea      rdi, [rdi+r15+0xC0]
       mov      rax, qword ptr [rdi]
       mov      rcx, qword ptr [rax]
       test     rcx, rcx
       je       SHORT G_M000_IG04
       blsr     rdx, rcx
       mov      qword ptr [rax], rdx
       mov      rax, qword ptr [rdi+0x08]
       tzcnt    rcx, rcx
       movsxd   rcx, ecx
       imul     rcx, qword ptr [rdi+0x10]
       add      rax, rcx
       jmp      SHORT G_M000_IG05
G_M000_IG04:
       xor      eax, eax
G_M000_IG05:
       test     rax, rax
       jne      SHORT G_M000_IG07
G_M000_IG06:
       mov      rdi, rbx
       call     [BitSlab.SlabMemory:AllocSlow(nuint):ptr]
       nop
G_M000_IG07:
       pop      rbx
       pop      r15
       pop      rbp
       ret
