/*
 * Calls that only the i386 table has. Their structures have another layout than ours, so memory is
 * shown for strings and buffers alone; where a 64-bit value comes in two words, both are shown.
 */
#include "decode/row_internal.h"

#define FILE_STAT       (CLASS_FILE | CLASS_STAT | CLASS_STAT_LIKE)
#define WORD_PAIR(name) ARG(name##_low, HEX32), ARG(name##_high, HEX32)

SYSCALL(waitpid, CLASS_PROCESS, RET_PID, ARG(pid, PID), ARG(wstatus, ADDR),
	ARG(options, FLAGS, wait));
SYSCALL(oldstat, FILE_STAT, RET_INT, ARG(pathname, PATH), ARG(statbuf, ADDR));
SYSCALL(oldlstat, CLASS_FILE | CLASS_LSTAT | CLASS_STAT_LIKE, RET_INT, ARG(pathname, PATH),
	ARG(statbuf, ADDR));
SYSCALL(oldfstat, CLASS_DESC | CLASS_FSTAT | CLASS_STAT_LIKE | CLASS_WIDE_FILE, RET_INT,
	ARG(fd, FD), ARG(statbuf, ADDR));
SYSCALL(stat64, FILE_STAT, RET_INT, ARG(pathname, PATH), ARG(statbuf, ADDR));
SYSCALL(lstat64, CLASS_FILE | CLASS_LSTAT | CLASS_STAT_LIKE, RET_INT, ARG(pathname, PATH),
	ARG(statbuf, ADDR));
SYSCALL(fstat64, CLASS_DESC | CLASS_FSTAT | CLASS_STAT_LIKE | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD),
	ARG(statbuf, ADDR));
SYSCALL(fstatat64, CLASS_DESC | CLASS_FILE | CLASS_FSTAT | CLASS_STAT_LIKE, RET_INT,
	ARG(dirfd, DIRFD), ARG(pathname, PATH), ARG(statbuf, ADDR), ARG(flags, FLAGS, at));
SYSCALL(statfs64, CLASS_FILE | CLASS_STATFS | CLASS_STATFS_LIKE, RET_INT, ARG(pathname, PATH),
	ARG(size, SIZE), ARG(buf, ADDR));
SYSCALL(fstatfs64, CLASS_DESC | CLASS_FSTATFS | CLASS_STATFS_LIKE | CLASS_WIDE_FILE, RET_INT,
	ARG(fd, FD), ARG(size, SIZE), ARG(buf, ADDR));
SYSCALL(umount, CLASS_FILE, RET_INT, ARG(target, PATH));
SYSCALL(chown32, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(owner, ID), ARG(group, ID));
SYSCALL(lchown32, CLASS_FILE, RET_INT, ARG(pathname, PATH), ARG(owner, ID), ARG(group, ID));
SYSCALL(fchown32, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(owner, ID),
	ARG(group, ID));
SYSCALL(truncate64, CLASS_FILE, RET_INT, ARG(pathname, PATH), WORD_PAIR(length));
SYSCALL(ftruncate64, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), WORD_PAIR(length));
SYSCALL(utimensat_time64, CLASS_DESC | CLASS_FILE, RET_INT, ARG(dirfd, DIRFD), ARG(pathname, PATH),
	ARG(times, ADDR), ARG(flags, FLAGS, at));
SYSCALL(readdir, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(dirp, ADDR),
	ARG(count, UINT));
SYSCALL(_llseek, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), ARG(offset_high, HEX32),
	ARG(offset_low, HEX32), ARG(result, ADDR), ARG(whence, ENUM, seek));
SYSCALL(fcntl64, CLASS_DESC, RET_INT, ARG(fd, FD), ARG(cmd, ENUM, fcntl_cmd), ARG(arg, HEX));
SYSCALL(fadvise64_64, CLASS_DESC | CLASS_WIDE_FILE, RET_INT, ARG(fd, FD), WORD_PAIR(offset),
	WORD_PAIR(len), ARG(advice, ENUM, fadvise));
SYSCALL(sendfile64, CLASS_DESC | CLASS_NETWORK | CLASS_WIDE_FILE, RET_INT, ARG(out_fd, FD),
	ARG(in_fd, FD), ARG(offset, ADDR), ARG(count, SIZE));
SYSCALL(_newselect, CLASS_DESC, RET_INT, ARG(nfds, INT), ARG(readfds, ADDR), ARG(writefds, ADDR),
	ARG(exceptfds, ADDR), ARG(timeout, ADDR));
SYSCALL(pselect6_time64, CLASS_DESC, RET_INT, ARG(nfds, INT), ARG(readfds, ADDR),
	ARG(writefds, ADDR), ARG(exceptfds, ADDR), ARG(timeout, ADDR), ARG(sigmask, ADDR));
SYSCALL(ppoll_time64, CLASS_DESC | CLASS_WIDE_NETWORK, RET_INT, ARG(fds, ADDR), ARG(nfds, UINT),
	ARG(tmo_p, ADDR), ARG(sigmask, ADDR), ARG(sigsetsize, SIZE));
SYSCALL(mmap2, CLASS_MEMORY | CLASS_DESC, RET_ADDR, ARG(addr, ADDR), ARG(length, SIZE),
	ARG(prot, FLAGS, prot), ARG(flags, FLAGS, mmap), ARG(fd, FD), ARG(pgoffset, HEX));

SYSCALL(socketcall, CLASS_NETWORK, RET_INT, ARG(call, INT), ARG(args, ADDR));
SYSCALL(recvmmsg_time64, CLASS_NETWORK, RET_INT, ARG(sockfd, FD), ARG(msgvec, ADDR),
	ARG(vlen, UINT), ARG(flags, FLAGS, msg), ARG(timeout, ADDR));
SYSCALL(ipc, CLASS_IPC, RET_INT, ARG(call, UINT), ARG(first, INT), ARG(second, HEX32),
	ARG(third, HEX32), ARG(ptr, ADDR), ARG(fifth, HEX32));
SYSCALL(semtimedop_time64, CLASS_IPC, RET_INT, ARG(semid, INT), ARG(sops, ADDR), ARG(nsops, UINT),
	ARG(timeout, ADDR));
SYSCALL(mq_timedsend_time64, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(msg_ptr, BUF_IN, 2),
	ARG(msg_len, SIZE), ARG(msg_prio, UINT), ARG(abs_timeout, ADDR));
SYSCALL(mq_timedreceive_time64, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(msg_ptr, BUF_OUT),
	ARG(msg_len, SIZE), ARG(msg_prio, ADDR), ARG(abs_timeout, ADDR));
SYSCALL(io_pgetevents_time64, 0, RET_INT, ARG(ctx_id, ADDR), ARG(min_nr, LONG), ARG(nr, LONG),
	ARG(events, ADDR), ARG(timeout, ADDR), ARG(usig, ADDR));

SYSCALL(signal, CLASS_SIGNAL, RET_ADDR, ARG(signum, SIGNAL), ARG(handler, ADDR));
SYSCALL(sigaction, CLASS_SIGNAL, RET_INT, ARG(signum, SIGNAL), ARG(act, ADDR), ARG(oldact, ADDR));
SYSCALL(sgetmask, CLASS_SIGNAL, RET_HEX);
SYSCALL(ssetmask, CLASS_SIGNAL, RET_HEX, ARG(mask, HEX32));
SYSCALL(sigsuspend, CLASS_SIGNAL, RET_INT, ARG(restart, HEX32), ARG(oldmask, HEX32),
	ARG(mask, HEX32));
SYSCALL(sigpending, CLASS_SIGNAL, RET_INT, ARG(set, ADDR));
SYSCALL(sigprocmask, CLASS_SIGNAL, RET_INT, ARG(how, ENUM, sigprocmask), ARG(set, ADDR),
	ARG(oldset, ADDR));
SYSCALL(sigreturn, CLASS_SIGNAL, RET_INT);
SYSCALL(rt_sigtimedwait_time64, CLASS_SIGNAL, RET_INT, ARG(set, ADDR), ARG(info, ADDR),
	ARG(timeout, ADDR), ARG(sigsetsize, SIZE));

#define CLOCK_CALL CLASS_CLOCK | CLASS_TIME
SYSCALL(stime, CLOCK_CALL, RET_INT, ARG(t, ADDR));
SYSCALL(ftime, 0, RET_INT, ARG(tp, HEX));
SYSCALL(clock_gettime64, CLOCK_CALL, RET_INT, ARG(clockid, ENUM, clock), ARG(tp, ADDR));
SYSCALL(clock_settime64, CLOCK_CALL, RET_INT, ARG(clockid, ENUM, clock), ARG(tp, ADDR));
SYSCALL(clock_adjtime64, CLOCK_CALL, RET_INT, ARG(clockid, ENUM, clock), ARG(buf, ADDR));
SYSCALL(clock_getres_time64, CLOCK_CALL, RET_INT, ARG(clockid, ENUM, clock), ARG(res, ADDR));
SYSCALL(clock_nanosleep_time64, CLASS_TIME, RET_INT, ARG(clockid, ENUM, clock),
	ARG(flags, FLAGS, clock_nanosleep), ARG(request, ADDR), ARG(remain, ADDR));
SYSCALL(timer_gettime64, CLASS_TIME, RET_INT, ARG(timerid, INT), ARG(curr_value, ADDR));
SYSCALL(timer_settime64, CLASS_TIME, RET_INT, ARG(timerid, INT), ARG(flags, FLAGS, clock_nanosleep),
	ARG(new_value, ADDR), ARG(old_value, ADDR));
SYSCALL(timerfd_gettime64, CLASS_DESC | CLASS_TIME, RET_INT, ARG(fd, FD), ARG(curr_value, ADDR));
SYSCALL(timerfd_settime64, CLASS_DESC | CLASS_TIME, RET_INT, ARG(fd, FD),
	ARG(flags, FLAGS, tfd_settime), ARG(new_value, ADDR), ARG(old_value, ADDR));
SYSCALL(futex_time64, 0, RET_INT, ARG(uaddr, ADDR), ARG(futex_op, FLAGS, futex_op), ARG(val, UINT),
	ARG(timeout, ADDR), ARG(uaddr2, ADDR), ARG(val3, UINT));
SYSCALL(sched_rr_get_interval_time64, 0, RET_INT, ARG(pid, PID), ARG(tp, ADDR));

SYSCALL(getuid32, CLASS_CREDS | CLASS_PURE | CLASS_NEVER_FAILS, RET_ID);
SYSCALL(getgid32, CLASS_CREDS | CLASS_PURE | CLASS_NEVER_FAILS, RET_ID);
SYSCALL(geteuid32, CLASS_CREDS | CLASS_PURE | CLASS_NEVER_FAILS, RET_ID);
SYSCALL(getegid32, CLASS_CREDS | CLASS_PURE | CLASS_NEVER_FAILS, RET_ID);
SYSCALL(setuid32, CLASS_CREDS, RET_INT, ARG(uid, ID));
SYSCALL(setgid32, CLASS_CREDS, RET_INT, ARG(gid, ID));
SYSCALL(setreuid32, CLASS_CREDS, RET_INT, ARG(ruid, ID), ARG(euid, ID));
SYSCALL(setregid32, CLASS_CREDS, RET_INT, ARG(rgid, ID), ARG(egid, ID));
SYSCALL(setresuid32, CLASS_CREDS, RET_INT, ARG(ruid, ID), ARG(euid, ID), ARG(suid, ID));
SYSCALL(setresgid32, CLASS_CREDS, RET_INT, ARG(rgid, ID), ARG(egid, ID), ARG(sgid, ID));
SYSCALL(getresuid32, CLASS_CREDS, RET_INT, ARG(ruid, ADDR), ARG(euid, ADDR), ARG(suid, ADDR));
SYSCALL(getresgid32, CLASS_CREDS, RET_INT, ARG(rgid, ADDR), ARG(egid, ADDR), ARG(sgid, ADDR));
SYSCALL(setfsuid32, CLASS_CREDS, RET_ID, ARG(fsuid, ID));
SYSCALL(setfsgid32, CLASS_CREDS, RET_ID, ARG(fsgid, ID));
SYSCALL(getgroups32, CLASS_CREDS, RET_INT, ARG(size, INT), ARG(list, ADDR));
SYSCALL(setgroups32, CLASS_CREDS, RET_INT, ARG(size, INT), ARG(list, ADDR));

SYSCALL(nice, 0, RET_INT, ARG(inc, INT));
SYSCALL(ugetrlimit, 0, RET_INT, ARG(resource, ENUM, rlimit), ARG(rlim, ADDR));
SYSCALL(olduname, 0, RET_INT, ARG(buf, ADDR));
SYSCALL(oldolduname, 0, RET_INT, ARG(buf, ADDR));
SYSCALL(vm86, 0, RET_INT, ARG(fn, HEX32), ARG(v86, ADDR));
SYSCALL(vm86old, 0, RET_INT, ARG(v86, ADDR));
SYSCALL(bdflush, 0, RET_INT, ARG(func, INT), ARG(data, HEX32));
SYSCALL(idle, 0, RET_INT);

/* never built, or long gone: the kernel answers ENOSYS */
#define WORDS_2 ARG(arg1, HEX), ARG(arg2, HEX)
SYSCALL(break, 0, RET_INT, WORDS_2);
SYSCALL(gtty, 0, RET_INT, WORDS_2);
SYSCALL(lock, 0, RET_INT, WORDS_2);
SYSCALL(mpx, 0, RET_INT, WORDS_2);
SYSCALL(prof, 0, RET_INT, WORDS_2);
SYSCALL(profil, 0, RET_INT, WORDS_2);
SYSCALL(stty, 0, RET_INT, WORDS_2);
SYSCALL(ulimit, 0, RET_INT, WORDS_2);
