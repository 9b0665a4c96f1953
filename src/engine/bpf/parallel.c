#include "engine/bpf/parallel.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/macros.h"
#include "util/thread.h"

#define THREADS_MAX 4 /* this one among them; the two largest programs are most of the work */

static int nr_cpus_allowed(void)
{
	cpu_set_t cpus;

	/* a machine with more CPUs than a cpu_set_t holds fails here */
	return sched_getaffinity(0, sizeof(cpus), &cpus) < 0 ? THREADS_MAX : CPU_COUNT(&cpus);
}

bool parallel_pays(void)
{
	return nr_cpus_allowed() > 1;
}

int parallel_take(struct parallel *p, struct bpf_program *prog, enum bpf_prog_type type,
	struct bpf_prog_load_opts *opts)
{
	struct bpf_insn stand_in[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct parallel_job *job = &p->jobs[p->nr_jobs];

	if (p->nr_jobs == PARALLEL_MAX)
		return -E2BIG;
	p->nr_jobs++;
	job->prog = prog;
	job->type = type;
	job->opts = *opts;
	job->opts.fd_array = NULL; /* of modules; none of ours calls into one */
	job->nr_insns = bpf_program__insn_cnt(prog);
	job->insns = xreallocarray(NULL, job->nr_insns, sizeof(*job->insns));
	memcpy(job->insns, bpf_program__insns(prog), job->nr_insns * sizeof(*job->insns));
	job->fd = -EAGAIN;
	opts->func_info_cnt = opts->line_info_cnt = 0;
	return bpf_program__set_insns(prog, stand_in, ARRAY_SIZE(stand_in));
}

static void *work(void *arg)
{
	struct parallel *p = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&p->next, 1, __ATOMIC_RELAXED)) < p->nr_jobs) {
		struct parallel_job *job = &p->jobs[i];

		job->fd = bpf_prog_load(job->type, bpf_program__name(job->prog), "Dual MIT/GPL",
			job->insns, job->nr_insns, &job->opts);
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	const struct parallel_job *x = a, *y = b;

	return (x->nr_insns < y->nr_insns) - (x->nr_insns > y->nr_insns);
}

int parallel_load(struct parallel *p)
{
	size_t nr_wanted = MIN(MIN(nr_cpus_allowed(), THREADS_MAX), p->nr_jobs), nr = 0;
	pthread_t threads[THREADS_MAX];

	/* what takes long first */
	qsort(p->jobs, p->nr_jobs, sizeof(*p->jobs), by_size);
	while (nr + 1 < nr_wanted && thread_start(&threads[nr], NULL, work, p) == 0)
		nr++;
	work(p);
	while (nr)
		pthread_join(threads[--nr], NULL);
	for (size_t i = 0; i < p->nr_jobs; i++)
		if (p->jobs[i].fd < 0)
			return p->jobs[i].fd;
	return 0;
}

int parallel_fd(const struct parallel *p, const struct bpf_program *prog)
{
	for (size_t i = 0; i < p->nr_jobs; i++)
		if (p->jobs[i].prog == prog)
			return p->jobs[i].fd;
	return -ENOENT;
}

void parallel_free(struct parallel *p)
{
	for (size_t i = 0; i < p->nr_jobs; i++) {
		free(p->jobs[i].insns);
		if (p->jobs[i].fd >= 0)
			close(p->jobs[i].fd);
	}
	memset(p, 0, sizeof(*p));
}
