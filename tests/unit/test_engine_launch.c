#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/launch.h"
#include "util/err.h"

struct dir {
	char path[64];
	char variable[256]; /* PATH=... */
	char *envp[2];
};

static void dir_init(struct dir *d, const char *search_fmt)
{
	strcpy(d->path, "/tmp/renacer-launch-XXXXXX");
	assert_non_null(mkdtemp(d->path));
	strcpy(d->variable, "PATH=");
	snprintf(d->variable + 5, sizeof(d->variable) - 5, search_fmt, d->path, d->path);
	d->envp[0] = d->variable;
	d->envp[1] = NULL;
}

static void dir_deinit(struct dir *d)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", d->path);
	assert_int_equal(system(command), 0);
}

static void add_file(const struct dir *d, const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void add_dir(const struct dir *d, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int prepare(struct launch *l, const char *name, char *const *envp)
{
	static char *argv[2];

	argv[0] = (char *)name;
	return launch_prepare(l, argv, envp, NULL);
}

static void expect(const char *name, char *const *envp, int rc, const char *path)
{
	struct launch l;

	assert_int_equal(prepare(&l, name, envp), rc);
	if (path)
		assert_string_equal(l.path, path);
	else
		assert_null(l.path);
	launch_deinit(&l);
}

TEST(finds_commands_as_execvp_does)
{
	struct dir d;
	char path[128];

	dir_init(&d, "/nonexistent:%s/first:%s");
	add_dir(&d, "first");
	add_file(&d, "first/tool", "", 0644);
	add_file(&d, "tool", "", 0755);
	add_file(&d, "first/plain", "", 0644);
	add_dir(&d, "folder");

	/* what may not be executed is passed over */
	snprintf(path, sizeof(path), "%s/tool", d.path);
	expect("tool", d.envp, 0, path);
	expect("plain", d.envp, -EACCES, NULL);
	expect("folder", d.envp, -EACCES, NULL);
	expect("absent", d.envp, -ENOENT, NULL);
	expect("", d.envp, -ENOENT, NULL);

	/* a slash: no search */
	expect(path, d.envp, 0, path);
	expect(d.path, d.envp, -EACCES, NULL);
	snprintf(path, sizeof(path), "%s/first/plain", d.path);
	expect(path, d.envp, -EACCES, NULL);
	snprintf(path, sizeof(path), "%s/tool/below", d.path);
	expect(path, d.envp, -ENOTDIR, NULL);
	dir_deinit(&d);
}

TEST(an_empty_path_entry_is_the_current_directory)
{
	static const char *const paths[] = {
		"PATH=", "PATH=:/none", "PATH=/none:", "PATH=/none::/x"};
	char before[4096];
	struct dir d;

	dir_init(&d, "%s%s");
	add_file(&d, "tool", "", 0755);
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(d.path), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *envp[] = {(char *)paths[i], NULL};

		expect("tool", envp, 0, "tool");
	}
	assert_int_equal(chdir(before), 0);
	dir_deinit(&d);
}

TEST(without_path_the_default_is_searched)
{
	char *envp[] = {NULL};

	expect("sh", envp, 0, "/bin/sh");
}

TEST(no_arguments_are_not_a_command)
{
	char *argv[] = {NULL};
	struct err err = {0};
	struct launch l;

	assert_int_equal(launch_prepare(&l, argv, argv, &err), -ENOENT);
	assert_true(strstr(err.text, "not found") != NULL);
	launch_deinit(&l);
}

static int reap(struct launch *l)
{
	int rc;

	do
		rc = launch_reap(l, true);
	while (rc == -EINTR);
	return rc;
}

/* Runs `script` in a shell with descriptor 1 replaced; returns its wait status. */
static int run_script(
	const char *script, char *ret_output, size_t cap, void (*spoil)(void), void (*repair)(void))
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	char *envp[] = {NULL};
	struct launch l;
	int pipe_fds[2];
	size_t len = 0;
	ssize_t got;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	assert_int_equal(launch_prepare(&l, argv, envp, NULL), 0);
	l.fds[1] = pipe_fds[1];
	if (spoil)
		spoil();
	assert_int_equal(launch_fork(&l, NULL), 0);
	if (repair)
		repair();
	close(pipe_fds[1]);
	assert_int_equal(launch_exec_error(&l), -EAGAIN);
	assert_int_equal(launch_reap(&l, false), 0);
	assert_int_equal(launch_release(&l, NULL), 0);
	while (len < cap - 1 && (got = read(pipe_fds[0], ret_output + len, cap - 1 - len)) > 0)
		len += (size_t)got;
	ret_output[len] = '\0';
	close(pipe_fds[0]);
	assert_int_equal(reap(&l), 1);
	assert_int_equal(launch_exec_error(&l), 0);
	launch_deinit(&l);
	return l.status;
}

TEST(runs_when_the_gate_opens)
{
	char output[64];
	int status = run_script("echo hello; exit 7", output, sizeof(output), NULL, NULL);

	assert_string_equal(output, "hello\n");
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

TEST(leaks_no_descriptor)
{
	char output[4096];

	/* the descriptors of the shell itself, whatever this test was started with */
	run_script("for fd in /proc/$$/fd/*; do readlink $fd; done; echo end", output,
		sizeof(output), NULL, NULL);
	assert_null(strstr(output, "socket:"));
	assert_non_null(strstr(output, "end"));
}

static void spoil_signals(void)
{
	sigset_t set;

	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void repair_signals(void)
{
	sigset_t set;

	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

TEST(mask_and_dispositions_are_those_at_prepare)
{
	char output[256];

	run_script(
		"kill -USR1 $$; echo alive", output, sizeof(output), spoil_signals, repair_signals);
	assert_string_equal(output, "");
	run_script(
		"kill -TERM $$; echo alive", output, sizeof(output), spoil_signals, repair_signals);
	assert_string_equal(output, "");

	/* what was ignored stays so, though we have a handler by then */
	signal(SIGUSR1, SIG_IGN);
	run_script("kill -USR1 $$; echo alive", output, sizeof(output), repair_signals, NULL);
	assert_string_equal(output, "alive\n");
}

static int exec_error_of(const struct dir *d, const char *name, int *ret_status)
{
	struct launch l;
	char path[128];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", d->path, name);
	assert_int_equal(prepare(&l, path, d->envp), 0);
	assert_int_equal(launch_fork(&l, NULL), 0);
	assert_int_equal(launch_release(&l, NULL), 0);
	assert_int_equal(reap(&l), 1);
	rc = launch_exec_error(&l);
	assert_int_equal(launch_exec_error(&l), rc); /* again */
	*ret_status = l.status;
	launch_deinit(&l);
	return rc;
}

TEST(tells_why_execve_failed)
{
	struct dir d;
	int status;

	dir_init(&d, "%s%s");
	add_file(&d, "text", "no interpreter line\n", 0755);
	add_file(&d, "script", "#!/nonexistent/interpreter\n", 0755);
	assert_int_equal(exec_error_of(&d, "text", &status), -ENOEXEC);
	assert_int_equal(WEXITSTATUS(status), 126);
	assert_int_equal(exec_error_of(&d, "script", &status), -ENOENT);
	assert_int_equal(WEXITSTATUS(status), 127);
	dir_deinit(&d);
}

TEST(a_child_at_the_gate_ends_with_the_launch)
{
	char *envp[] = {NULL};
	struct launch l;

	assert_int_equal(prepare(&l, "true", envp), 0);
	assert_int_equal(launch_fork(&l, NULL), 0);
	launch_deinit(&l);
	assert_int_equal(kill(l.pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

TEST(a_child_killed_at_the_gate_is_noticed)
{
	char *envp[] = {NULL};
	struct launch l;

	assert_int_equal(prepare(&l, "true", envp), 0);
	assert_int_equal(launch_fork(&l, NULL), 0);
	assert_int_equal(kill(l.pid, SIGKILL), 0);
	assert_int_equal(reap(&l), 1);
	assert_int_equal(launch_release(&l, NULL), 0);
	assert_true(WIFSIGNALED(l.status));
	assert_int_equal(launch_exec_error(&l), 0);
	launch_deinit(&l);
}
