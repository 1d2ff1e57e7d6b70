; BitSlab.Child.FastPaths:StaticAlloc(nuint):ptr
G_M000_IG01:
       push     rbp
       push     r15
       push     r14
       push     r13
       push     r12
       push     rbx
       push     rax
       lea      rbp, [rsp+0x30]
       mov      rbx, rdi
G_M000_IG02:
       lea      r15, [rbx-0x01]
       mov      rdi, 0xD1FFAB1E
       mov      rax, 0xD1FFAB1E
       call     rax
       add      rax, 60
       mov      r14, qword ptr [rax+0x10]
       cmp      r15, 0x400
       jae      SHORT G_M000_IG04
G_M000_IG03:
       test     r14, r14
       je       SHORT G_M000_IG04
       shr      r15, 4
       shl      r15, 5
       lea      r15, [r14+r15+0x0AC0]
       mov      r13, qword ptr [r15]
       mov      r12, qword ptr [r13]
       test     r12, r12
       jne      SHORT G_M000_IG05
G_M000_IG04:
       mov      rdi, rbx
       call     [BitSlab.SlabMemory:AllocSlow(nuint):ptr]
       jmp      SHORT G_M000_IG06
G_M000_IG05:
       blsr     rax, r12
       mov      qword ptr [r13], rax
       mov      qword ptr [r14+0x88], r13
       mov      qword ptr [r14+0x90], r12
       mov      rax, qword ptr [r15+0x08]
       xor      ecx, ecx
       tzcnt    rcx, r12
       imul     rcx, qword ptr [r15+0x10]
       add      rax, rcx
       mov      qword ptr [r14+0x80], rax
G_M000_IG06:
       add      rsp, 8
       pop      rbx
       pop      r12
       pop      r13
       pop      r14
       pop      r15
       pop      rbp
       ret
