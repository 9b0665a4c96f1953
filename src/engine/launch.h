#pragma once
/*
 * A command to be started under observation: found in PATH beforehand, forked and held at a gate,
 * released when the engine watches it, its status collected.
 *
 * Sequence: launch_prepare (early: before the caller changes its signal mask and dispositions,
 * which the command gets as they are then), launch_fork (the child waits at the gate, in the same
 * process group), engine sets itself up on launch->pid, launch_release, engine polls, launch_reap.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct rusage;
struct sock_fprog;

/* What a process and the children that it waited for took. */
struct launch_usage {
	bool known;
	uint64_t user_ns, system_ns;
	uint64_t minor_faults, major_faults;
};

struct launch {
	char *const *argv; /* borrowed, NULL-terminated */
	char *const *envp; /* borrowed */
	char *path;        /* owned; what execve gets */
	int fds[3];        /* what becomes descriptors 0-2; -1 = inherit. borrowed */
	sigset_t mask;     /* signal mask for the child */
	sigset_t ignored;  /* signals that are ignored in the child; the others are at default */
	/* A seccomp filter to install before the execve, or NULL. Borrowed until launch_release. */
	const struct sock_fprog *seccomp;
	pid_t pid;    /* 0 before launch_fork */
	int gate;     /* owned; the filter opens it, an errno may come back; -1 = none */
	bool at_gate; /* the child is known to stand there, or to be dead */
	bool opened;  /* the gate was */
	int verdict;  /* what launch_exec_error knows so far */
	/* Set by an engine that cannot let go of the command: keeps it going for `timeout_ms`. */
	void (*serve)(void *server, int timeout_ms);
	void *server; /* borrowed */
	bool reaped;
	int status; /* as waitpid(2) encodes it; valid when reaped */
	struct launch_usage usage;
};

/*
 * Finds argv[0] as execvp(3) would, in the PATH of `envp`. -ENOENT: not found; another negative
 * errno, mostly -EACCES: found, may not be executed; -ENOEXEC is only known at exec time. Sets up
 * `l` in any case.
 */
int launch_prepare(struct launch *l, char *const *argv, char *const *envp, struct err *err);
void launch_deinit(struct launch *l); /* ends a child that is still at the gate */

int launch_fork(struct launch *l, struct err *err);

/* Ends a child that is still at the gate; for an engine that cannot watch it. */
void launch_cancel(struct launch *l);

/*
 * Waits until the child stands at the gate, with all that it does before its execve behind it: a
 * tracer that stops it at each call has none of that to wait for. Returns as well when it died.
 */
void launch_await_gate(struct launch *l);

/* Opens the gate: the child's next system call of note is its execve. Does not wait. */
int launch_release(struct launch *l, struct err *err);

/*
 * Why the execve failed, as negative errno; 0 when it succeeded (or the child was killed before
 * it got there); -EAGAIN when it has not been tried yet. Does not block. To be asked once the child
 * ended (or execed).
 */
int launch_exec_error(struct launch *l);

/* Notes what wait4 told; for engines that wait themselves. */
void launch_note_status(struct launch *l, int status, const struct rusage *usage);

/*
 * waitpid: 1 = ended (status noted), 0 = runs (only with `block` false). Retries EINTR unless
 * `block`, where it returns -EINTR so that the caller can look at its stop flag. With `serve` set
 * it takes up to SERVE_MS even without `block`.
 */
#define SERVE_MS 50
int launch_reap(struct launch *l, bool block);
