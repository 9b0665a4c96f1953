#pragma once
/*
 * What bpf(2) takes, by command, as of Linux 6.18. The union of the system's header is not used: it
 * lacks what newer kernels added, and programs pass the size that their own header knew.
 */

#include <stdint.h>

#define BPF_NAME_LEN 16

struct bpf_map_create {
	uint32_t map_type, key_size, value_size, max_entries;
	uint32_t map_flags;
	uint32_t inner_map_fd;
	uint32_t numa_node;
	char map_name[BPF_NAME_LEN];
	uint32_t map_ifindex;
	uint32_t btf_fd, btf_key_type_id, btf_value_type_id;
	uint32_t btf_vmlinux_value_type_id;
	uint64_t map_extra;
	int32_t value_type_btf_obj_fd;
	int32_t map_token_fd;
	uint64_t excl_prog_hash;
	uint32_t excl_prog_hash_size;
};

struct bpf_map_elem {
	uint32_t map_fd;
	uint64_t key;
	union {
		uint64_t value;
		uint64_t next_key;
	};
	uint64_t flags;
};

struct bpf_prog_load {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version;
	uint32_t prog_flags;
	char prog_name[BPF_NAME_LEN];
	uint32_t prog_ifindex;
	uint32_t expected_attach_type;
	uint32_t prog_btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt;
	uint32_t attach_btf_id;
	uint32_t attach_prog_fd;
	uint32_t core_relo_cnt;
	uint64_t fd_array;
	uint64_t core_relos;
	uint32_t core_relo_rec_size;
	uint32_t log_true_size;
	int32_t prog_token_fd;
	uint32_t fd_array_cnt;
	uint64_t signature;
	uint32_t signature_size;
	int32_t keyring_id;
};

struct bpf_obj {
	uint64_t pathname;
	uint32_t bpf_fd;
	uint32_t file_flags;
	uint32_t path_fd;
};

struct bpf_prog_attach {
	uint32_t target; /* a descriptor, or an interface's index */
	uint32_t attach_bpf_fd, attach_type, attach_flags;
	uint32_t replace_bpf_fd;
	uint32_t relative; /* a descriptor, or an id */
	uint64_t expected_revision;
};

struct bpf_test_run {
	uint32_t prog_fd, retval, data_size_in, data_size_out;
	uint64_t data_in, data_out;
	uint32_t repeat, duration;
	uint32_t ctx_size_in, ctx_size_out;
	uint64_t ctx_in, ctx_out;
	uint32_t flags, cpu;
	uint32_t batch_size;
};

struct bpf_id {
	uint32_t id;
	uint32_t next_id;
	uint32_t open_flags;
	int32_t fd_by_id_token_fd;
};

struct bpf_info {
	uint32_t bpf_fd, info_len;
	uint64_t info;
};

/* What `info` of that points to, by what the descriptor is. */
struct bpf_map_told {
	uint32_t type, id, key_size, value_size, max_entries, map_flags;
	char name[BPF_NAME_LEN];
	uint32_t ifindex, btf_vmlinux_value_type_id;
	uint64_t netns_dev, netns_ino;
	uint32_t btf_id, btf_key_type_id, btf_value_type_id;
	uint32_t btf_vmlinux_id;
	uint64_t map_extra;
	uint64_t hash;
	uint32_t hash_size;
};

struct bpf_prog_told {
	uint32_t type, id;
	uint8_t tag[8];
	uint32_t jited_prog_len, xlated_prog_len;
	uint64_t jited_prog_insns, xlated_prog_insns;
	uint64_t load_time;
	uint32_t created_by_uid, nr_map_ids;
	uint64_t map_ids;
	char name[BPF_NAME_LEN];
	uint32_t ifindex, gpl_compatible;
	uint64_t netns_dev, netns_ino;
	uint32_t nr_jited_ksyms, nr_jited_func_lens;
	uint64_t jited_ksyms, jited_func_lens;
	uint32_t btf_id, func_info_rec_size;
	uint64_t func_info;
	uint32_t nr_func_info, nr_line_info;
	uint64_t line_info, jited_line_info;
	uint32_t nr_jited_line_info, line_info_rec_size, jited_line_info_rec_size, nr_prog_tags;
	uint64_t prog_tags;
	uint64_t run_time_ns, run_cnt;
	uint64_t recursion_misses;
	uint32_t verified_insns;
	uint32_t attach_btf_obj_id, attach_btf_id;
};

struct bpf_prog_query {
	uint32_t target, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t prog_cnt;
	uint64_t prog_attach_flags;
	uint64_t link_ids, link_attach_flags, revision;
};

struct bpf_raw_tracepoint {
	uint64_t name;
	uint32_t prog_fd;
	uint64_t cookie;
};

struct bpf_btf_load {
	uint64_t btf, btf_log_buf;
	uint32_t btf_size, btf_log_size, btf_log_level;
	uint32_t btf_log_true_size;
	uint32_t btf_flags;
	int32_t btf_token_fd;
};

struct bpf_task_fd_query {
	uint32_t pid, fd, flags, buf_len;
	uint64_t buf;
	uint32_t prog_id, fd_type;
	uint64_t probe_offset, probe_addr;
};

struct bpf_batch {
	uint64_t in_batch, out_batch, keys, values;
	uint32_t count, map_fd;
	uint64_t elem_flags, flags;
};

struct bpf_link_relative {
	uint32_t relative;
	uint64_t expected_revision;
};

struct bpf_link_create {
	uint32_t prog_fd, target, attach_type, flags;
	union {
		uint32_t target_btf_id;
		struct {
			uint64_t iter_info;
			uint32_t iter_info_len;
		};
		uint64_t bpf_cookie;
		struct {
			uint32_t flags, cnt;
			uint64_t syms, addrs, cookies;
		} kprobe;
		struct {
			uint32_t target_btf_id;
			uint64_t cookie;
		} tracing;
		struct {
			uint32_t pf, hooknum;
			int32_t priority;
			uint32_t flags;
		} netfilter;
		struct bpf_link_relative relative;
		struct {
			uint64_t path, offsets, ref_ctr_offsets, cookies;
			uint32_t cnt, flags, pid;
			uint32_t path_fd;
		} uprobe;
	};
};

struct bpf_link_update {
	uint32_t link_fd, new_prog_fd, flags;
	uint32_t old_prog_fd;
};

struct bpf_enable_stats {
	uint32_t type;
};

struct bpf_iter_create {
	uint32_t link_fd, flags;
};

struct bpf_prog_bind_map {
	uint32_t prog_fd, map_fd, flags;
};

struct bpf_token_create {
	uint32_t flags, bpffs_fd;
};

struct bpf_stream_read {
	uint64_t stream_buf;
	uint32_t stream_buf_len, stream_id, prog_fd;
};

/* one of Linux 7.0 */
struct bpf_assoc_struct_ops {
	uint32_t map_fd, prog_fd, flags;
};

/* The kernel packs no tail padding into these sizes. */
#define BPF_END_OF(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
