#include "engine/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/err.h"

/* What execvp(3) uses when the environment has no PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

/* 0 when the kernel would start on this file; the shebang or ELF inside is judged at exec time. */
static int check_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	/* AT_EACCESS: execve judges by the effective ids. Also says EACCES on a noexec mount. */
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return -errno;
	return 0;
}

static const char *path_variable(char *const *envp)
{
	for (; envp && *envp; envp++)
		if (!strncmp(*envp, "PATH=", 5))
			return *envp + 5;
	return DEFAULT_PATH;
}

/* Tries each directory; a file that may not be executed is remembered but passed over. */
static int search_path(const char *name, const char *dirs, char **ret_path)
{
	struct buf path = BUF_INIT;
	int result = -ENOENT;

	for (const char *dir = dirs;; dir++) {
		size_t len = strcspn(dir, ":");
		int rc;

		buf_reset(&path);
		if (len) { /* an empty entry is the current directory */
			buf_add(&path, dir, len);
			buf_addc(&path, '/');
		}
		buf_adds(&path, name);
		rc = check_executable(buf_cstr(&path));
		if (!rc) {
			*ret_path = xstrdup(buf_cstr(&path));
			result = 0;
			break;
		}
		if (rc == -EACCES)
			result = rc;
		dir += len;
		if (!*dir)
			break;
	}
	buf_deinit(&path);
	return result;
}

static int find_command(struct launch *l)
{
	const char *name = l->argv[0];
	int rc;

	if (!name || !*name)
		return -ENOENT;
	if (!strchr(name, '/'))
		return search_path(name, path_variable(l->envp), &l->path);
	rc = check_executable(name);
	if (!rc)
		l->path = xstrdup(name);
	return rc;
}

int launch_prepare(struct launch *l, char *const *argv, char *const *envp, struct err *err)
{
	int rc;

	memset(l, 0, sizeof(*l));
	l->argv = argv;
	l->envp = envp;
	l->fds[0] = l->fds[1] = l->fds[2] = -1;
	l->gate = -1;
	l->verdict = -EAGAIN;
	pthread_sigmask(SIG_BLOCK, NULL, &l->mask);
	sigemptyset(&l->ignored);
	for (int signo = 1; signo < NSIG; signo++) {
		struct sigaction sa;

		if (!sigaction(signo, NULL, &sa) && sa.sa_handler == SIG_IGN)
			sigaddset(&l->ignored, signo);
	}
	rc = find_command(l);
	if (rc == -ENOENT)
		return err_set(err, rc, "%s: command not found", argv[0] ? argv[0] : "");
	if (rc < 0)
		return err_sys(err, rc, "%s", argv[0]);
	return 0;
}

void launch_cancel(struct launch *l)
{
	if (!l->pid || l->opened || l->reaped)
		return;
	kill(l->pid, SIGKILL);
	while (launch_reap(l, true) == -EINTR)
		;
}

void launch_deinit(struct launch *l)
{
	launch_cancel(l);
	if (l->gate >= 0)
		close(l->gate);
	l->gate = -1;
	free(l->path);
	l->path = NULL;
}

/* False: the other side is gone. */
static bool read_gate(int gate, void *bytes, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t nr = read(gate, (char *)bytes + done, len - done);

		if (nr > 0)
			done += (size_t)nr;
		else if (nr == 0 || errno != EINTR)
			return false;
	}
	return true;
}

/* The rest runs in the child, maybe forked off a threaded process: async-signal-safe calls only. */

static void restore_dispositions(const sigset_t *ignored)
{
	for (int signo = 1; signo < NSIG; signo++) {
		struct sigaction sa;
		void (*wanted)(int) = sigismember(ignored, signo) == 1 ? SIG_IGN : SIG_DFL;

		if (sigaction(signo, NULL, &sa) < 0 || sa.sa_handler == wanted)
			continue; /* SIGKILL, SIGSTOP and what libc keeps for itself */
		memset(&sa, 0, sizeof(sa));
		sa.sa_handler = wanted;
		sigaction(signo, &sa, NULL);
	}
}

static int place_fds(const int fds[3])
{
	int high[3];

	/* out of the way first: the sources may be each other's targets */
	for (int i = 0; i < 3; i++) {
		high[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		if (fds[i] >= 0 && high[i] < 0)
			return -errno;
	}
	for (int i = 0; i < 3; i++)
		if (high[i] >= 0 && dup2(high[i], i) < 0)
			return -errno;
	return 0;
}

static NORETURN void child(const struct launch *l, int gate)
{
	struct sock_filter filter[BPF_MAXINSNS];
	struct sock_fprog prog = {.filter = filter};
	int rc;

	close(l->gate);
	restore_dispositions(&l->ignored);
	rc = place_fds(l->fds);
	pthread_sigmask(SIG_SETMASK, &l->mask, NULL);
	send(gate, "", 1, MSG_NOSIGNAL);
	if (!read_gate(gate, &prog.len, sizeof(prog.len)) || prog.len > BPF_MAXINSNS ||
		!read_gate(gate, filter, prog.len * sizeof(*filter)))
		_exit(127);
	if (!rc) {
		/* a failure costs speed only: the engine sees whether it worked */
		if (prog.len)
			syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
		execve(l->path, l->argv, l->envp);
		rc = -errno;
	}
	send(gate, &rc, sizeof(rc), MSG_NOSIGNAL);
	_exit(rc == -ENOENT ? 127 : 126);
}

/* Off 0-2, which may be closed in this process and get replaced in the child. */
static int lift_fd(int *fd)
{
	int high;

	if (*fd > 2)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		return -errno;
	close(*fd);
	*fd = high;
	return 0;
}

int launch_fork(struct launch *l, struct err *err)
{
	CLEANUP_CLOSE int ours = -1;
	CLEANUP_CLOSE int theirs = -1;
	sigset_t all, old;
	int pair[2], rc;
	pid_t pid;

	/* a socket, not a pipe: writing to a dead child must not raise SIGPIPE */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, -errno, "cannot make the gate");
	ours = pair[0];
	theirs = pair[1];
	rc = lift_fd(&ours);
	if (!rc)
		rc = lift_fd(&theirs);
	if (rc < 0)
		return err_sys(err, rc, "cannot make the gate");

	/* none of the caller's handlers may run in the child */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	l->gate = ours;
	pid = fork();
	if (!pid)
		child(l, theirs);
	rc = pid < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc < 0) {
		l->gate = -1;
		return err_sys(err, rc, "cannot fork");
	}
	l->gate = TAKE_FD(ours);
	l->pid = pid;
	return 0;
}

void launch_await_gate(struct launch *l)
{
	char ready;

	if (!l->at_gate)
		read_gate(l->gate, &ready, sizeof(ready));
	l->at_gate = true;
}

static int send_gate(int gate, const void *bytes, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t nr = send(gate, (const char *)bytes + done, len - done, MSG_NOSIGNAL);

		if (nr >= 0)
			done += (size_t)nr;
		else if (errno == EPIPE || errno == ECONNRESET)
			return 0; /* killed at the gate; launch_reap tells how */
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int launch_release(struct launch *l, struct err *err)
{
	unsigned short len = l->seccomp ? l->seccomp->len : 0;
	int rc;

	launch_await_gate(l);
	l->opened = true;
	rc = send_gate(l->gate, &len, sizeof(len));
	if (!rc && len)
		rc = send_gate(l->gate, l->seccomp->filter, len * sizeof(*l->seccomp->filter));
	if (rc < 0)
		return err_sys(err, rc, "cannot open the gate");
	return 0;
}

int launch_exec_error(struct launch *l)
{
	int code;
	ssize_t nr;

	if (l->verdict != -EAGAIN || l->gate < 0 || !l->at_gate)
		return l->verdict; /* whoever waits at the gate has not tried */
	do
		nr = recv(l->gate, &code, sizeof(code), MSG_DONTWAIT);
	while (nr < 0 && errno == EINTR);
	if (nr == (ssize_t)sizeof(code) && code < 0)
		l->verdict = code;
	else if (nr >= 0 || errno != EAGAIN)
		l->verdict = 0; /* closed on exec, or reset by a death before the byte was read */
	return l->verdict;
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000000u + (uint64_t)tv->tv_usec * 1000u;
}

void launch_note_status(struct launch *l, int status, const struct rusage *usage)
{
	l->status = status;
	l->reaped = true;
	l->usage = (struct launch_usage){
		.known = true,
		.user_ns = timeval_ns(&usage->ru_utime),
		.system_ns = timeval_ns(&usage->ru_stime),
		.minor_faults = (uint64_t)usage->ru_minflt,
		.major_faults = (uint64_t)usage->ru_majflt,
	};
}

int launch_reap(struct launch *l, bool block)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (!l->reaped && l->serve) {
		l->serve(l->server, SERVE_MS);
		return l->reaped ? 1 : block ? -EINTR : 0;
	}
	if (l->reaped)
		return 1;
	for (;;) {
		pid = wait4(l->pid, &status, block ? 0 : WNOHANG, &usage);
		if (pid == 0)
			return 0;
		if (pid > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
			break;
		if (pid < 0 && (errno != EINTR || block))
			return -errno;
	}
	launch_note_status(l, status, &usage);
	return 1;
}
