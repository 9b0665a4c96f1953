#include "cli/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/err.h"

/* How long children that outlive the command may hold us up. */
#define FINISH_MS 200

static void copy(int from, int to)
{
	char bytes[65536];
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR)) {
		for (ssize_t done = 0; done < got;) {
			ssize_t n = write(to, bytes + done, (size_t)(got - done));

			if (n < 0 && errno != EINTR)
				return;
			done += n > 0 ? n : 0;
		}
	}
}

static int start_copying(struct relay *r, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "cannot make a pipe for the command's output");
	pid = fork();
	if (pid < 0) {
		int code = -errno;

		close(ends[0]);
		close(ends[1]);
		return err_sys(err, code, "cannot copy the command's output");
	}
	if (!pid) {
		/* it ends when the writers do, not by a Ctrl-C that is meant for them */
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		/* nor may it keep anything open whose end somebody else waits for: our output */
		dup2(ends[0], STDIN_FILENO);
		close(STDOUT_FILENO);
		close_range(STDERR_FILENO + 1, ~0u, 0);
		copy(STDIN_FILENO, STDERR_FILENO);
		_exit(0);
	}
	close(ends[0]);
	r->fd = ends[1];
	r->pid = pid;
	return 0;
}

int relay_open(struct relay *r, const char *where, struct err *err)
{
	*r = (struct relay){.fd = -1};
	if (!strcmp(where, "inherit"))
		return 0;
	if (!strcmp(where, "stderr"))
		return start_copying(r, err);
	if (!strcmp(where, "null"))
		r->fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	else
		r->fd = open(where, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return r->fd < 0 ? err_sys(err, -errno, "--tracee-stdout: cannot open '%s'", where) : 0;
}

void relay_close_fd(struct relay *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

void relay_finish(struct relay *r)
{
	relay_close_fd(r);
	for (int waited_ms = 0; r->pid && waited_ms < FINISH_MS; waited_ms += 5) {
		if (waitpid(r->pid, NULL, WNOHANG) != 0)
			r->pid = 0;
		else
			poll(NULL, 0, 5);
	}
	r->pid = 0;
}
