#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/option.h"
#include "engine/engine.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/macros.h"
#include "util/out.h"

/* Says what this machine and this user can do, and how to get what is missing. */

struct doctor_options {
	bool help;
};

static const struct option options[] = {
	{OPTION_FLAG, 'h', "help", NULL, "this text", offsetof(struct doctor_options, help),
		.common = true},
	OPTION_END};

static void draw_row(struct out *out, const char *what, const char *state)
{
	out_printf(out, "  %-28s %s\n", what, state);
}

/* The first line of a small file; false when it cannot be read. */
static bool read_line(const char *path, char *ret, size_t cap)
{
	CLEANUP_FCLOSE FILE *file = fopen(path, "re");

	if (!file || !fgets(ret, (int)cap, file))
		return false;
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}

/* Returns the name of the engine that `auto` takes, NULL = none. */
static const char *draw_engines(struct out *out)
{
	const char *chosen = NULL;

	out_puts(out, "\nEngines (cheapest first)\n");
	for (size_t i = 0; engines[i]; i++) {
		struct err err = {0};
		bool usable = engines[i]->probe(&err) >= 0;

		if (!usable) {
			draw_row(out, engines[i]->name, err.text);
			continue;
		}
		draw_row(out, engines[i]->name, chosen ? "usable" : "usable; the default here");
		if (!chosen)
			chosen = engines[i]->name;
	}
	if (!engine_by_name("bpf"))
		draw_row(out, "bpf",
			"not built in: install clang, bpftool and libbpf-dev, then build again");
	return chosen;
}

/* Numbers of linux/capability.h that matter to tracing. */
static const struct {
	unsigned bit;
	const char *name, *what_for;
} capabilities[] = {
	{39, "CAP_BPF", "loading eBPF programs"},
	{38, "CAP_PERFMON", "attaching them"},
	{19, "CAP_SYS_PTRACE", "attaching to other users' processes"},
	{21, "CAP_SYS_ADMIN", "all of these on older kernels"},
};

static void draw_privileges(struct out *out)
{
	CLEANUP_FCLOSE FILE *file = fopen("/proc/self/status", "re");
	unsigned long long effective = 0;
	char line[256];

	out_printf(out, "\nPrivileges (user id %u)\n", geteuid());
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		out_printf(out, "  %-28s %-4s for %s\n", capabilities[i].name,
			effective >> capabilities[i].bit & 1 ? "yes" : "no",
			capabilities[i].what_for);
}

static const struct {
	const char *path, *what, *absent;
} settings[] = {
	{"/proc/sys/kernel/yama/ptrace_scope", "kernel.yama.ptrace_scope",
		"not there: any process of the same user may be traced"},
	{"/proc/sys/kernel/unprivileged_bpf_disabled", "kernel.unprivileged_bpf_disabled",
		"not there: the kernel has no eBPF"},
	{"/proc/sys/kernel/perf_event_paranoid", "kernel.perf_event_paranoid",
		"not there: the kernel has no perf events"},
};

static void draw_kernel(struct out *out)
{
	char line[128];

	out_puts(out, "\nKernel\n");
	draw_row(out, "type information (BTF)",
		access("/sys/kernel/btf/vmlinux", R_OK) == 0
			? "yes"
			: "no /sys/kernel/btf/vmlinux: the bpf engine needs CONFIG_DEBUG_INFO_BTF");
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		draw_row(out, settings[i].what,
			read_line(settings[i].path, line, sizeof(line)) ? line
									: settings[i].absent);
	draw_row(out, "seccomp",
		access("/proc/sys/kernel/seccomp/actions_avail", R_OK) == 0
			? "yes"
			: "no: filters are not applied in the kernel by the ptrace engine");
}

static int run_doctor(const struct command *self, int argc, char **argv)
{
	CLEANUP_FREE char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	struct doctor_options o = {0};
	struct utsname system;
	struct err err = {0};
	const char *chosen;
	struct out out;
	int nr = option_parse(self->options, argc, argv, false, &o, words, &err);

	if (nr < 0)
		return command_fail(EXIT_USAGE, "doctor: %s", err.text);
	if (o.help)
		return command_help(self, true);
	if (nr)
		return command_fail(EXIT_USAGE, "doctor takes no '%s'", words[0]);
	out_init(&out, STDOUT_FILENO);
	uname(&system);
	out_printf(&out, "renacer %s on %s %s, %s\n", RENACER_VERSION, system.sysname,
		system.release, system.machine);
	chosen = draw_engines(&out);
	draw_privileges(&out);
	draw_kernel(&out);
	nr = out_flush(&out);
	out_deinit(&out);
	return nr < 0 || !chosen ? EXIT_FAILED : EXIT_OK;
}

const struct command command_doctor = {
	.name = "doctor",
	.synopsis = "",
	.summary = "Tells what this machine and this user can do, and how to get what is missing",
	.options = options,
	.run = run_doctor,
};
