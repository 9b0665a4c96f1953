/*
 * ioctl: what the kernel hands out descriptors for: events of perf and epoll, namespaces,
 * processes, seccomp's notifications, page faults, virtual machines, randomness.
 */
#include <asm/kvm.h>
#include <linux/audit.h>
#include <linux/kvm.h>
#include <linux/nsfs.h>
#include <linux/perf_event.h>
#include <linux/random.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <stddef.h>
#include <string.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "event/calls.h"
#include "util/macros.h"

/* newer than some headers */
struct epoll_polling {
	uint32_t busy_poll_usecs;
	uint16_t busy_poll_budget;
	uint8_t prefer_busy_poll;
	uint8_t pad;
};

struct mount_ns_info {
	uint32_t size;
	uint32_t nr_mounts;
	uint64_t mnt_ns_id;
};

/* 64 bytes at first */
struct process_info {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
	uint32_t coredump_mask, coredump_signal, coredump_code, pad;
	uint64_t supported_mask;
};

#define PROCESS_INFO_MIN 64
enum {
	INFO_CREDS = 2,
	INFO_CGROUPID = 4,
	INFO_EXIT = 8,
	INFO_COREDUMP = 16,
	INFO_SUPPORTED = 32,
	INFO_COREDUMP_SIGNAL = 64,
	INFO_COREDUMP_CODE = 128
};

struct uffd_move {
	uint64_t dst;
	uint64_t src;
	uint64_t len;
	uint64_t mode;
	int64_t move;
};

struct uffd_poison {
	struct uffdio_range range;
	uint64_t mode;
	int64_t updated;
};

#define INOTIFY_SETNEXTWD    _IOW('I', 0, int32_t)
#define EPOLL_SET_PARAMS     _IOW(0x8a, 1, struct epoll_polling)
#define EPOLL_GET_PARAMS     _IOR(0x8a, 2, struct epoll_polling)
#define NS_MNTNS_ID          _IOR(0xb7, 5, uint64_t)
#define NS_PID_FROM_PIDNS    _IOR(0xb7, 6, int)
#define NS_TGID_FROM_PIDNS   _IOR(0xb7, 7, int)
#define NS_PID_IN_PIDNS      _IOR(0xb7, 8, int)
#define NS_TGID_IN_PIDNS     _IOR(0xb7, 9, int)
#define NS_ID                _IOR(0xb7, 13, uint64_t)
#define UFFD_MOVE_REQUEST    _IOWR(UFFDIO, 5, struct uffd_move)
#define UFFD_POISON_REQUEST  _IOWR(UFFDIO, 8, struct uffd_poison)
#define SECCOMP_SET_FLAGS    _IOW('!', 4, uint64_t)
#define SECCOMP_ID_VALID_OLD _IOR('!', 2, uint64_t)
#define MOUNT_NS_FIRST       10 /* GET_INFO, GET_NEXT, GET_PREV, of any size from 16 on */
#define MOUNT_NS_LAST        12
#define PROCESS_INFO_NR      11

/* --- inotify, epoll --- */

SHAPE(polling, struct epoll_polling)
{
	struct value *usecs = list_add(d, ret, "busy_poll_usecs");

	value_set_uint(usecs, from->busy_poll_usecs);
	if (from->busy_poll_usecs)
		usecs->comment = decoder_printf(d, "%u.%06u s", from->busy_poll_usecs / 1000000,
			from->busy_poll_usecs % 1000000);
	ADD_UINT(busy_poll_budget);
	ADD_HEX(prefer_busy_poll);
	if (from->pad)
		value_set_hex(list_add(d, ret, "__pad"), from->pad);
}

/* --- namespaces, processes --- */

SHAPE(namespace_id, uint64_t)
{
	value_set_hex(ret, *from);
}

SHAPE(mount_ns, struct mount_ns_info)
{
	ADD_UINT(size);
	ADD_UINT(nr_mounts);
	ADD_HEX(mnt_ns_id);
}

/* The result is what kind of namespace it is. */
static void show_namespace_type(struct decoder *d, struct value *ret)
{
	decoder_keep_args(d, 2);
	if (d->done)
		d->out->ret_note = flag_set_exact(&flags_namespace, (uint32_t)d->call->ret);
}

#define ADD_INFO(kind, m) value_set_##kind(list_add(d, ret, #m), info.m)

static void fill_process_info(
	struct decoder *d, const void *bytes, size_t len, uint64_t asked, struct value *ret)
{
	struct process_info info = {0};
	struct value *mask = list_add(d, ret, "mask");

	memcpy(&info, bytes, MIN(len, sizeof(info)));
	value_set_flags(mask, info.mask, &flags_pidfd_info);
	if (asked != info.mask) {
		list_init(mask, VALUE_CHANGE);
		value_set_flags(list_add(d, mask, NULL), asked, &flags_pidfd_info);
		value_set_flags(list_add(d, mask, NULL), info.mask, &flags_pidfd_info);
	}
	if (info.mask & INFO_CGROUPID)
		ADD_INFO(uint, cgroupid);
	if (info.mask & 1) {
		ADD_INFO(pid, pid);
		ADD_INFO(pid, tgid);
		ADD_INFO(pid, ppid);
	}
	if (info.mask & INFO_CREDS) {
		ADD_INFO(id, ruid);
		ADD_INFO(id, rgid);
		ADD_INFO(id, euid);
		ADD_INFO(id, egid);
		ADD_INFO(id, suid);
		ADD_INFO(id, sgid);
		ADD_INFO(id, fsuid);
		ADD_INFO(id, fsgid);
	}
	if (info.mask & INFO_EXIT) {
		struct value *status = list_add(d, ret, "exit_code");

		*status = (struct value){.kind = VALUE_STATUS,
			.flags = VALUE_BY_REF,
			.name = status->name,
			.num = (uint32_t)info.exit_code};
	}
	if (info.mask & INFO_COREDUMP)
		value_set_flags(list_add(d, ret, "coredump_mask"), info.coredump_mask,
			&flags_pidfd_coredump);
	if (info.mask & INFO_COREDUMP_SIGNAL &&
		len > offsetof(struct process_info, coredump_signal))
		value_set_signal(list_add(d, ret, "coredump_signal"), (int)info.coredump_signal);
	if (info.mask & INFO_COREDUMP_CODE && len > offsetof(struct process_info, coredump_code))
		ADD_INFO(uint, coredump_code);
	if (info.mask & INFO_SUPPORTED && len >= sizeof(info))
		value_set_flags(
			list_add(d, ret, "supported_mask"), info.supported_mask, &flags_pidfd_info);
}

static void show_process_info(struct decoder *d, size_t len, struct value *ret)
{
	uint64_t addr = d->args[2];
	const uint64_t *mask = decoder_bytes(d, addr, sizeof(*mask), CAPTURE_AT_ENTER);
	const void *found = d->done ? decoder_bytes(d, addr, len, CAPTURE_AT_EXIT) : NULL;

	if (!mask)
		value_set_addr(ret, addr);
	else if (found)
		fill_process_info(d, found, len, *mask, ret);
	else
		value_set_flags(list_add(d, ret, "mask"), *mask, &flags_pidfd_info);
}

/* Requests whose structures may grow. */
static bool show_growing(struct decoder *d, uint32_t request, struct value *ret)
{
	unsigned nr = _IOC_NR(request), size = _IOC_SIZE(request);

	if (_IOC_TYPE(request) == 0xb7 && _IOC_DIR(request) == _IOC_READ && nr >= MOUNT_NS_FIRST &&
		nr <= MOUNT_NS_LAST && size >= sizeof(struct mount_ns_info)) {
		if (d->done)
			decoder_show_shape(d, d->args[2], &shape_mount_ns, CAPTURE_AT_EXIT, ret);
		else
			value_set_addr(ret, d->args[2]);
		return true;
	}
	if (_IOC_TYPE(request) == 0xff && _IOC_DIR(request) == (_IOC_READ | _IOC_WRITE) &&
		nr == PROCESS_INFO_NR && size >= PROCESS_INFO_MIN) {
		show_process_info(d, size, ret);
		return true;
	}
	return false;
}

/* --- perf --- */

static void show_perf_programs(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const uint32_t *len = decoder_bytes(d, addr, sizeof(*len), CAPTURE_AT_ENTER);
	const struct perf_programs *found =
		d->done ? decoder_bytes(d, addr, sizeof(*found), CAPTURE_AT_EXIT) : NULL;

	if (!len) {
		value_set_addr(ret, addr);
		return;
	}
	value_set_uint(list_add(d, ret, "ids_len"), *len);
	if (!found) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	value_set_uint(list_add(d, ret, "prog_cnt"), found->prog_cnt);
	ioctl_show_array(d, addr + sizeof(*found), MIN(*len, found->prog_cnt), &shape_uint,
		CAPTURE_AT_EXIT, list_add(d, ret, "ids"));
}

static void show_perf_attributes(struct decoder *d, struct value *ret)
{
	decoder_show_perf_attr(d, d->args[2], ret);
}

/* --- seccomp --- */

static void add_call_number(struct decoder *d, const struct seccomp_data *data, struct value *ret)
{
	struct value *nr = list_add(d, ret, "nr");
	const char *name = NULL;

	if (data->arch == AUDIT_ARCH_X86_64)
		name = call_name(call_id_of(ABI_X86_64, (uint32_t)data->nr));
	else if (data->arch == AUDIT_ARCH_I386)
		name = call_name(call_id_of(ABI_I386, (uint32_t)data->nr));
	if (name)
		value_set_name(nr, decoder_printf(d, "__NR_%s", name));
	else
		value_set_uint(nr, (uint32_t)data->nr);
}

SHAPE(seccomp_notice, struct seccomp_notif)
{
	struct value *data, *args;

	ADD_HEX(id);
	ADD_PID(pid);
	ADD_HEX(flags);
	data = list_add(d, ret, "data");
	add_call_number(d, &from->data, data);
	value_set_enum(list_add(d, data, "arch"), from->data.arch, &flags_audit_arch);
	value_set_addr(list_add(d, data, "instruction_pointer"), from->data.instruction_pointer);
	args = list_add(d, data, "args");
	list_init(args, VALUE_ARRAY);
	for (size_t i = 0; i < ARRAY_SIZE(from->data.args); i++)
		value_set_hex(list_add(d, args, NULL), from->data.args[i]);
}

SHAPE(seccomp_answer, struct seccomp_notif_resp)
{
	ADD_HEX(id);
	ADD_INT(val);
	value_set_negative_errno(d, list_add(d, ret, "error"), from->error);
	ADD_FLAGS(flags, seccomp_notify_flags);
}

/* The kernel wants an empty structure. */
static void show_received_notice(struct decoder *d, struct value *ret)
{
	static const struct seccomp_notif empty;
	uint64_t addr = d->args[2];
	const struct seccomp_notif *given =
		decoder_bytes(d, addr, sizeof(*given), CAPTURE_AT_ENTER);
	bool odd = given && memcmp(given, &empty, sizeof(empty));
	struct value *got = ret;

	if (odd) {
		list_init(ret, VALUE_CHANGE);
		shape_seccomp_notice.show(d, given, list_add(d, ret, NULL));
		got = list_add(d, ret, NULL);
	}
	if (d->done)
		decoder_show_shape(d, addr, &shape_seccomp_notice, CAPTURE_AT_EXIT, got);
	else
		value_set_addr(got, addr);
}

SHAPE(seccomp_addfd, struct seccomp_notif_addfd)
{
	ADD_HEX(id);
	ADD_FLAGS(flags, seccomp_addfd);
	value_set_fd(list_add(d, ret, "srcfd"), (int32_t)from->srcfd);
	value_set_int(list_add(d, ret, "newfd"), (int32_t)from->newfd);
	ADD_FLAGS(newfd_flags, fd_open);
}

static bool name_seccomp(struct decoder *d, uint32_t request, struct value *ret)
{
	if (request != SECCOMP_ID_VALID_OLD)
		return false;
	value_set_name(ret, "SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR");
	return true;
}

/* --- page faults --- */

SHAPE(uffd_range, struct uffdio_range)
{
	ADD_HEX(start);
	ADD_HEX(len);
}

#define RANGE_AND_MODE(set)                                                                        \
	do {                                                                                       \
		ADD_SHAPE(range, uffd_range);                                                      \
		ADD_FLAGS(mode, set);                                                              \
	} while (0)

#define ADD_RESULT(m)                                                                              \
	do {                                                                                       \
		if (d->done)                                                                       \
			ADD_HEX(m);                                                                \
	} while (0)

SHAPE(uffd_register, struct uffdio_register)
{
	RANGE_AND_MODE(uffd_register);
	if (d->done)
		ADD_FLAGS(ioctls, uffd_ioctls);
}

SHAPE(uffd_zeropage, struct uffdio_zeropage)
{
	RANGE_AND_MODE(uffd_zeropage);
	ADD_RESULT(zeropage);
}

SHAPE(uffd_continue, struct uffdio_continue)
{
	RANGE_AND_MODE(uffd_continue);
	ADD_RESULT(mapped);
}

SHAPE(uffd_poison, struct uffd_poison)
{
	RANGE_AND_MODE(uffd_poison);
	ADD_RESULT(updated);
}

SHAPE(uffd_writeprotect, struct uffdio_writeprotect)
{
	RANGE_AND_MODE(uffd_writeprotect);
}

SHAPE(uffd_copy, struct uffdio_copy)
{
	ADD_HEX(dst);
	ADD_HEX(src);
	ADD_HEX(len);
	ADD_FLAGS(mode, uffd_copy);
	ADD_RESULT(copy);
}

SHAPE(uffd_move, struct uffd_move)
{
	ADD_HEX(dst);
	ADD_HEX(src);
	ADD_HEX(len);
	ADD_FLAGS(mode, uffd_move);
	ADD_RESULT(move);
}

static void show_uffd_api(struct decoder *d, struct value *ret)
{
	const struct uffdio_api *asked =
		decoder_bytes(d, d->args[2], sizeof(*asked), CAPTURE_AT_ENTER);
	const struct uffdio_api *from =
		d->done ? decoder_bytes(d, d->args[2], sizeof(*from), CAPTURE_AT_EXIT) : NULL;
	struct value *features;

	if (!asked) {
		value_set_addr(ret, d->args[2]);
		return;
	}
	value_set_hex(list_add(d, ret, "api"), asked->api);
	features = list_add(d, ret, "features");
	value_set_flags(features, asked->features, &flags_uffd_features);
	if (!from)
		return;
	if (from->features != asked->features) {
		list_init(features, VALUE_CHANGE);
		value_set_flags(list_add(d, features, NULL), asked->features, &flags_uffd_features);
		value_set_flags(
			list_add(d, features, "features"), from->features, &flags_uffd_features);
	}
	ADD_FLAGS(ioctls, uffd_ioctls);
}

/* --- virtual machines --- */

SHAPE(kvm_memory, struct kvm_userspace_memory_region)
{
	ADD_UINT(slot);
	ADD_FLAGS(flags, kvm_mem);
	ADD_HEX(guest_phys_addr);
	ADD_UINT(memory_size);
	ADD_ADDR(userspace_addr);
}

SHAPE(kvm_registers, struct kvm_regs)
{
	ADD_HEX(rax);
	if (d->opts->verbose) {
		ADD_HEX(rbx);
		ADD_HEX(rcx);
		ADD_HEX(rdx);
		ADD_HEX(rsi);
		ADD_HEX(rdi);
	}
	ADD_HEX(rsp);
	ADD_HEX(rbp);
	if (d->opts->verbose) {
		ADD_HEX(r8);
		ADD_HEX(r9);
		ADD_HEX(r10);
		ADD_HEX(r11);
		ADD_HEX(r12);
		ADD_HEX(r13);
		ADD_HEX(r14);
		ADD_HEX(r15);
	}
	ADD_HEX(rip);
	ADD_HEX(rflags);
	if (!d->opts->verbose)
		ret->flags |= VALUE_ABBREV;
}

SHAPE(kvm_segment, struct kvm_segment)
{
	ADD_HEX(base);
	ADD_UINT(limit);
	ADD_UINT(selector);
	ADD_UINT(type);
	ADD_UINT(present);
	ADD_UINT(dpl);
	ADD_UINT(db);
	ADD_UINT(s);
	ADD_UINT(l);
	ADD_UINT(g);
	ADD_UINT(avl);
}

SHAPE(kvm_dtable, struct kvm_dtable)
{
	ADD_HEX(base);
	ADD_UINT(limit);
}

SHAPE(kvm_special_registers, struct kvm_sregs)
{
	struct value *bitmap;

	ADD_SHAPE(cs, kvm_segment);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_SHAPE(ds, kvm_segment);
	ADD_SHAPE(es, kvm_segment);
	ADD_SHAPE(fs, kvm_segment);
	ADD_SHAPE(gs, kvm_segment);
	ADD_SHAPE(ss, kvm_segment);
	ADD_SHAPE(tr, kvm_segment);
	ADD_SHAPE(ldt, kvm_segment);
	ADD_SHAPE(gdt, kvm_dtable);
	ADD_SHAPE(idt, kvm_dtable);
	ADD_UINT(cr0);
	ADD_UINT(cr2);
	ADD_UINT(cr3);
	ADD_UINT(cr4);
	ADD_UINT(cr8);
	ADD_UINT(efer);
	ADD_HEX(apic_base);
	bitmap = list_add(d, ret, "interrupt_bitmap");
	list_init(bitmap, VALUE_ARRAY);
	for (size_t i = 0; i < ARRAY_SIZE(from->interrupt_bitmap); i++)
		value_set_hex(list_add(d, bitmap, NULL), from->interrupt_bitmap[i]);
}

SHAPE(kvm_cpuid_entry, struct kvm_cpuid_entry2)
{
	ADD_HEX(function);
	ADD_HEX(index);
	ADD_FLAGS(flags, kvm_cpuid);
	ADD_HEX(eax);
	ADD_HEX(ebx);
	ADD_HEX(ecx);
	ADD_HEX(edx);
}

static void fill_cpuid(
	struct decoder *d, const struct kvm_cpuid2 *from, unsigned when, struct value *ret)
{
	struct value *entries;

	ADD_UINT(nent);
	entries = list_add(d, ret, "entries");
	if (d->opts->verbose || !from->nent) {
		ioctl_show_array(d, d->args[2] + sizeof(*from), from->nent, &shape_kvm_cpuid_entry,
			when, entries);
		return;
	}
	list_init(entries, VALUE_ARRAY);
	entries->flags |= VALUE_ABBREV;
}

SHAPE(kvm_cpuid_given, struct kvm_cpuid2)
{
	fill_cpuid(d, from, CAPTURE_AT_ENTER, ret);
}

SHAPE(kvm_cpuid_got, struct kvm_cpuid2)
{
	fill_cpuid(d, from, CAPTURE_AT_EXIT, ret);
}

/* --- randomness --- */

static void show_entropy(struct decoder *d, struct value *ret)
{
	uint64_t addr = d->args[2];
	const struct entropy *from = decoder_bytes(d, addr, sizeof(*from), CAPTURE_AT_ENTER);

	if (!from) {
		value_set_addr(ret, addr);
		return;
	}
	ADD_INT(entropy_count);
	ADD_INT(buf_size);
	ioctl_show_data(d, addr + sizeof(*from), (uint32_t)MAX(from->buf_size, 0), CAPTURE_AT_ENTER,
		list_add(d, ret, "buf"));
}

static const struct ioctl_row rows[] = {
	REQUEST(INOTIFY_SETNEXTWD, INT),
	REQUEST_IN(EPOLL_SET_PARAMS, polling),
	REQUEST_OUT(EPOLL_GET_PARAMS, polling),

	REQUEST(NS_GET_USERNS, NONE),
	REQUEST(NS_GET_PARENT, NONE),
	REQUEST_ODD(NS_GET_NSTYPE, show_namespace_type),
	REQUEST_OUT(NS_GET_OWNER_UID, id),
	REQUEST_OUT(NS_MNTNS_ID, namespace_id),
	REQUEST_OUT(NS_ID, namespace_id),
	REQUEST(NS_PID_FROM_PIDNS, INT),
	REQUEST(NS_TGID_FROM_PIDNS, INT),
	REQUEST(NS_PID_IN_PIDNS, INT),
	REQUEST(NS_TGID_IN_PIDNS, INT),

	REQUEST_FLAGS32(PERF_EVENT_IOC_ENABLE, perf_ioctl),
	REQUEST_FLAGS32(PERF_EVENT_IOC_DISABLE, perf_ioctl),
	REQUEST_FLAGS32(PERF_EVENT_IOC_RESET, perf_ioctl),
	REQUEST(PERF_EVENT_IOC_REFRESH, INT),
	REQUEST_IN(PERF_EVENT_IOC_PERIOD, u64),
	REQUEST(PERF_EVENT_IOC_SET_OUTPUT, FD),
	REQUEST(PERF_EVENT_IOC_SET_FILTER, TEXT),
	REQUEST_OUT(PERF_EVENT_IOC_ID, u64),
	REQUEST(PERF_EVENT_IOC_SET_BPF, FD),
	REQUEST(PERF_EVENT_IOC_PAUSE_OUTPUT, LONG),
	REQUEST_ODD(PERF_EVENT_IOC_MODIFY_ATTRIBUTES, show_perf_attributes),
	REQUEST_ODD(PERF_EVENT_IOC_QUERY_BPF, show_perf_programs),

	REQUEST_ODD(SECCOMP_IOCTL_NOTIF_RECV, show_received_notice),
	REQUEST_IN(SECCOMP_IOCTL_NOTIF_SEND, seccomp_answer),
	REQUEST_IN(SECCOMP_IOCTL_NOTIF_ID_VALID, namespace_id),
	REQUEST_IN(SECCOMP_ID_VALID_OLD, namespace_id),
	REQUEST_IN(SECCOMP_IOCTL_NOTIF_ADDFD, seccomp_addfd),
	REQUEST_FLAGS(SECCOMP_SET_FLAGS, seccomp_fd_flags),

	REQUEST_ODD(UFFDIO_API, show_uffd_api),
	REQUEST_FILL(UFFDIO_REGISTER, uffd_register),
	REQUEST_FILL(UFFDIO_COPY, uffd_copy),
	REQUEST_FILL(UFFDIO_ZEROPAGE, uffd_zeropage),
	REQUEST_FILL(UFFDIO_CONTINUE, uffd_continue),
	REQUEST_FILL(UFFD_MOVE_REQUEST, uffd_move),
	REQUEST_FILL(UFFD_POISON_REQUEST, uffd_poison),
	REQUEST_IN(UFFDIO_UNREGISTER, uffd_range),
	REQUEST_IN(UFFDIO_WAKE, uffd_range),
	REQUEST_IN(UFFDIO_WRITEPROTECT, uffd_writeprotect),

	REQUEST(KVM_GET_API_VERSION, HEX),
	REQUEST(KVM_CREATE_VM, HEX),
	REQUEST_ENUM(KVM_CHECK_EXTENSION, kvm_cap),
	REQUEST_IN(KVM_SET_USER_MEMORY_REGION, kvm_memory),
	REQUEST_OUT(KVM_GET_REGS, kvm_registers),
	REQUEST_IN(KVM_SET_REGS, kvm_registers),
	REQUEST_OUT(KVM_GET_SREGS, kvm_special_registers),
	REQUEST_IN(KVM_SET_SREGS, kvm_special_registers),
	REQUEST_OUT(KVM_GET_SUPPORTED_CPUID, kvm_cpuid_got),
	REQUEST_OUT(KVM_GET_EMULATED_CPUID, kvm_cpuid_got),
	REQUEST_IN(KVM_SET_CPUID2, kvm_cpuid_given),

	REQUEST_OUT(RNDGETENTCNT, int),
	REQUEST_IN(RNDADDTOENTCNT, int),
	REQUEST_ODD(RNDADDENTROPY, show_entropy),
	REQUEST(RNDZAPENTCNT, NONE),
	REQUEST(RNDCLEARPOOL, NONE),
	REQUEST(RNDRESEEDCRNG, NONE),
};

IOCTL_TABLE(kernel, name_seccomp, show_growing);
