/* Lets User-Mode Linux 6.1 run on processors with AMX.

   The kernel takes a traced process's extended registers (NT_X86_XSTATE, ptrace(2)) only whole. On such processors
   they are larger than the buffer of User-Mode Linux, which then dies with "ptrace set fp regs failed, errno = 14".
   Preloaded, this fills up what is missing with what the process has. */

#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char registers[1 << 16];

static long set_whole(pid_t pid, void *kind, struct iovec *given)
{
    struct iovec whole = {registers, sizeof registers};
    if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, kind, &whole) == 0 && whole.iov_len > given->iov_len) {
        memcpy(registers, given->iov_base, given->iov_len);
        given = &whole;
    }
    return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, kind, given);
}

long ptrace(enum __ptrace_request request, ...)
{
    va_list rest;
    va_start(rest, request);
    pid_t pid = va_arg(rest, pid_t);
    void *address = va_arg(rest, void *);
    void *data = va_arg(rest, void *);
    va_end(rest);
    if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE)
        return set_whole(pid, address, data);
    if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER) {
        long word = 0; /* the system call stores the word, the C library's function returns it */
        long result = syscall(SYS_ptrace, request, pid, address, &word);
        return result < 0 ? result : word;
    }
    return syscall(SYS_ptrace, request, pid, address, data);
}
