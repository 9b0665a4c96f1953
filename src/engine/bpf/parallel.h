#pragma once
/*
 * Programs loaded several at once. What a start costs is mostly the kernel's check of the programs,
 * one by one when libbpf loads them. So libbpf is left to prepare each of them, and gets a stand-in
 * that does nothing to load; the real ones go to the kernel afterwards, from several threads.
 */

#include <bpf/bpf.h>
#include <stdbool.h>
#include <stddef.h>

struct bpf_program;

#define PARALLEL_MAX 16

struct parallel_job {
	const struct bpf_program *prog; /* borrowed; its debug info is used while loading */
	enum bpf_prog_type type;
	struct bpf_prog_load_opts opts;
	struct bpf_insn *insns; /* owned */
	size_t nr_insns;
	int fd; /* owned; negative errno when it could not be loaded */
};

struct parallel {
	struct parallel_job jobs[PARALLEL_MAX];
	size_t nr_jobs, next;
};

/* Whether this thread may run on more CPUs than one. */
bool parallel_pays(void);

/*
 * For libbpf's prog_prepare_load_fn, once `opts` are what the program needs: takes a copy, puts the
 * stand-in in its place and changes `opts` to fit that.
 */
int parallel_take(struct parallel *p, struct bpf_program *prog, enum bpf_prog_type type,
	struct bpf_prog_load_opts *opts);

/* Loads all that were taken. 0, or the error of one. */
int parallel_load(struct parallel *p);

/* Of the real one; -ENOENT when it was not taken. */
int parallel_fd(const struct parallel *p, const struct bpf_program *prog);

/* All is zero again. */
void parallel_free(struct parallel *p);
