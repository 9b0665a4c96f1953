#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/err.h"

static int open_command(struct output *o, const char *command, struct err *err)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, -errno, "cannot make a pipe to '%s'", command);
	pid = fork();
	if (pid < 0) {
		int r = -errno;

		close(ends[0]);
		close(ends[1]);
		return err_sys(err, r, "cannot start '%s'", command);
	}
	if (!pid) {
		/* it ends when we do, not by a Ctrl-C that ends the traced command */
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
		dup2(ends[0], STDIN_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	o->fd = ends[1];
	o->pid = pid;
	return 0;
}

int output_open(struct output *o, const char *spec, struct err *err)
{
	*o = (struct output){.fd = STDOUT_FILENO};
	if (!spec)
		return 0;
	if (*spec == '|')
		return open_command(o, spec + 1, err);
	o->fd = open(spec, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return o->fd < 0 ? err_sys(err, -errno, "cannot open '%s' for the output", spec) : 0;
}

void output_close(struct output *o)
{
	if (o->fd != STDOUT_FILENO && o->fd >= 0)
		close(o->fd);
	o->fd = -1;
	while (o->pid && waitpid(o->pid, NULL, 0) < 0 && errno == EINTR)
		;
	o->pid = 0;
}
