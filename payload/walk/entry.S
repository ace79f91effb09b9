# The start of the blob: struct hd_walker_header, and where the tool enters.
  .section .text.start, "ax", @progbits
  .hidden hd_recover, hd_main, hd_end
hd_start:
  .ascii "hdwalker"
  .long hd_entry - hd_start
  .long hd_recover - hd_start
  .long hd_end - hd_start
  .long 0
hd_entry:
  xor %ebp, %ebp
  cld
  and $-16, %rsp
  call hd_main
  ud2
  .section .note.GNU-stack, "", @progbits
