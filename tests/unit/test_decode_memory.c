#include "test.h"

#include <asm/ldt.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "decode_build.h"

TEST(pages_and_nodes)
{
	static const uint8_t resident[] = {1, 0, 0xff};
	static const uint64_t nodes[] = {5, 1};
	static const int32_t status[] = {0, -ENOENT};
	const struct recorded rows[] = {
		{"mincore", {0x7000, 8193, 0x1000}, 0, {OUT(2, resident)},
			"mincore(0x7000, 8193, [1, 0, 1]) = 0"},
		{"mincore", {0x7000, 4096 * 4, 0x1000}, 0, {OUT(2, resident)},
			"mincore(0x7000, 16384, [1, 0, 1, ...]) = 0"},
		{"mincore", {0x7000, 1, 0x1000}, -ENOMEM, {{0}},
			"mincore(0x7000, 1, 0x1000) = ENOMEM"},
		/* a number of nodes, of which the kernel uses one less */
		{"set_mempolicy", {2, 0x1000, 65}, 0, {{1, CAPTURE_AT_ENTER, 16, nodes}},
			"set_mempolicy(MPOL_BIND, [0000000000000005], 65) = 0"},
		{"set_mempolicy", {2, 0x1000, 66}, 0, {IN(1, nodes)},
			"set_mempolicy(MPOL_BIND, [0000000000000005, 0000000000000001], 66) = 0"},
		{"set_mempolicy", {2, 0x1000, 66}, 0, {{1, CAPTURE_AT_ENTER, 8, nodes}},
			"set_mempolicy(MPOL_BIND, [0000000000000005, ...], 66) = 0"},
		{"set_mempolicy", {2, 0x1000, -1ul}, -EINVAL, {IN(1, nodes)},
			"set_mempolicy(MPOL_BIND, 0x1000, 18446744073709551615) = EINVAL"},
		{"set_mempolicy", {0x8001, 0, 0}, 0, {{0}},
			"set_mempolicy(MPOL_PREFERRED|MPOL_F_STATIC_NODES, NULL, 0) = 0"},
		{"set_mempolicy", {0x8099, 0x1000, 0}, -EINVAL, {{0}},
			"set_mempolicy(MPOL_F_STATIC_NODES|0x99, [], 0) = EINVAL"},
		{"move_pages", {7, 2, 0, 0, 0x1000, 2}, 0, {OUT(4, status)},
			"move_pages(7, 2, NULL, NULL, [0, -ENOENT], MPOL_MF_MOVE) = 0"},
		{"mmap", {0, 1, 1, MAP_SHARED | MAP_HUGETLB | 21 << 26, 3, 0}, 0x5000, {{0}},
			"mmap(NULL, 1, PROT_READ, MAP_SHARED|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, 3, 0) "
			"= 0x5000"},
		{"mmap", {0, 1, 0, 0xf, 3, 0}, -EINVAL, {{0}},
			"mmap(NULL, 1, PROT_NONE, 0xf /* MAP_??? */, 3, 0) = EINVAL"},
	};

	CHECK(rows);
}

TEST(segments)
{
	const struct user_desc desc = {.entry_number = -1u, .base_addr = 0x10, .lm = 1},
			       given = {.entry_number = 12, .base_addr = 0x10, .lm = 1};
	const struct recorded rows[] = {
		{"modify_ldt", {1, 0x1000, 16}, 0, {IN(1, desc)},
			"modify_ldt(1, {entry_number=-1, base_addr=0x00000010, limit=00000000, "
			"seg_32bit=0, contents=0, read_exec_only=0, limit_in_pages=0, "
			"seg_not_present=0, useable=0, lm=1}, 16) = 0"},
		{"modify_ldt", {1, 0x1000, 15}, -EINVAL, {IN(1, desc)},
			"modify_ldt(1, 0x1000, 15) = EINVAL"},
		/* an int in a long */
		{"modify_ldt", {9, 0, 0}, 0xffffffda, {{0}}, "modify_ldt(9, NULL, 0) = ENOSYS"},
		{"get_thread_area", {0x1000}, 0, {IN(0, given), OUT(0, given)},
			"get_thread_area({entry_number=12, base_addr=0x00000010, limit=00000000, "
			"seg_32bit=0, contents=0, read_exec_only=0, limit_in_pages=0, "
			"seg_not_present=0, useable=0, lm=1}) = 0"},
	};

	CHECK(rows);
}

TEST(system_v)
{
	struct shmid_ds segment = {.shm_segsz = 5, .shm_nattch = 1};
	struct msqid_ds queue = {.msg_qbytes = 9};
	static const struct seminfo limits = {.semmap = 1, .semaem = 2};
	static const struct {
		int64_t type;
		char text[4];
	} message = {7, "text"};
	const struct recorded rows[] = {
		{"shmctl", {3, IPC_STAT, 0x1000}, 0, {OUT(2, segment)},
			"shmctl(3, IPC_STAT, {shm_perm={uid=0, gid=0, mode=000, key=0, cuid=0, "
			"cgid=0}, shm_segsz=5, shm_cpid=0, shm_lpid=0, shm_nattch=1, shm_atime=0, "
			"shm_dtime=0, shm_ctime=0}) = 0"},
		{"shmctl", {3, IPC_STAT, 0x1000}, -EINVAL, {{0}},
			"shmctl(3, IPC_STAT, 0x1000) = EINVAL"},
		{"shmctl", {3, IPC_STAT, 0x1000}, 0, {{2, CAPTURE_AT_EXIT, 100, &segment}},
			"shmctl(3, IPC_STAT, 0x1000) = 0"},
		{"msgctl", {3, IPC_SET, 0x1000}, -EPERM, {IN(2, queue)},
			"msgctl(3, IPC_SET, {msg_perm={uid=0, gid=0, mode=000}, msg_qbytes=9}) = "
			"EPERM"},
		{"semctl", {3, 0, SEM_INFO, 0x1000}, 4, {OUT(3, limits)},
			"semctl(3, 0, SEM_INFO, {semmap=1, semmni=0, semmns=0, semmnu=0, semmsl=0, "
			"semopm=0, semume=0, semusz=0, semvmx=0, semaem=2}) = 4"},
		{"semctl", {3, 0, SETVAL, -1u}, 0, {{0}}, "semctl(3, 0, SETVAL, -1) = 0"},
		{"shmget", {1, 2, 21u << 26 | 0600}, 3, {{0}},
			"shmget(0x1, 2, 21<<SHM_HUGE_SHIFT|0600) = 3"},
		/* more text than is at hand, and none */
		{"msgsnd", {3, 0x1000, 9, 0}, 0, {{1, CAPTURE_AT_ENTER, 12, &message}},
			"msgsnd(3, {mtype=7, mtext=\"text\"...}, 9, 0) = 0"},
		{"msgsnd", {3, 0x1000, 9, 0}, -EFAULT, {{1, CAPTURE_AT_ENTER, 8, &message}},
			"msgsnd(3, {mtype=7, mtext=0x1008}, 9, 0) = EFAULT"},
		{"msgsnd", {3, 0x1000, 9, 0}, -EFAULT, {{1, CAPTURE_AT_ENTER, 7, &message}},
			"msgsnd(3, 0x1000, 9, 0) = EFAULT"},
	};

	CHECK(rows);
}
