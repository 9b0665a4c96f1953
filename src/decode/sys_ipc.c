/* System V IPC, POSIX message queues and the older asynchronous I/O. */
#include <mqueue.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "decode/row_internal.h"
#include "decode/shapes.h"

static void show_key(struct decoder *d)
{
	struct value *ret = decoder_arg(d, 0);

	if (arg_u32(d, 0))
		value_set_hex(ret, arg_u32(d, 0));
	else
		value_set_enum(ret, 0, &flags_ipc_private);
}

/* IPC_CREAT|0600: names above the permission bits */
static void show_get_flags(struct decoder *d, unsigned at, const struct flag_set *set)
{
	struct value *ret = decoder_arg(d, at);
	uint32_t flags = arg_u32(d, at);

	if (!(flags & ~0777u)) {
		value_set_octal(ret, flags);
		return;
	}
	list_init(ret, VALUE_OR);
	value_set_flags(list_add(d, ret, NULL), flags & ~0777u, set);
	value_set_octal(list_add(d, ret, NULL), flags & 0777);
}

#define HUGE_SIZE_SHIFT 26
#define HUGE_SIZE_BITS  (0x3fu << HUGE_SIZE_SHIFT)

/* The size of huge pages stands among the flags. */
static void decode_shmget(struct decoder *d)
{
	uint32_t flags = arg_u32(d, 2);
	struct value *ret, *size;

	show_key(d);
	show_get_flags(d, 2, &flags_shm_get);
	if (!(flags & HUGE_SIZE_BITS))
		return;
	ret = decoder_arg(d, 2);
	list_init(ret, VALUE_OR);
	if (flags & ~(HUGE_SIZE_BITS | 0777u))
		value_set_flags(
			list_add(d, ret, NULL), flags & ~(HUGE_SIZE_BITS | 0777u), &flags_shm_get);
	size = value_set_shift(d, list_add(d, ret, NULL));
	value_set_uint(&size[0], (flags & HUGE_SIZE_BITS) >> HUGE_SIZE_SHIFT);
	value_set_name(&size[1], "SHM_HUGE_SHIFT");
	value_set_octal(list_add(d, ret, NULL), flags & 0777);
}

static void decode_semget(struct decoder *d)
{
	show_key(d);
	show_get_flags(d, 2, &flags_ipc_get);
}

static void decode_msgget(struct decoder *d)
{
	show_key(d);
	show_get_flags(d, 1, &flags_ipc_get);
}

SYSCALL_ODD(shmget, CLASS_IPC, RET_INT, decode_shmget, ARG(key, HEX32), ARG(size, SIZE),
	ARG(shmflg, HEX32));
SYSCALL(shmat, CLASS_IPC | CLASS_MEMORY, RET_ADDR, ARG(shmid, INT), ARG(shmaddr, ADDR),
	ARG(shmflg, FLAGS, shm_at));
SYSCALL(shmdt, CLASS_IPC | CLASS_MEMORY, RET_INT, ARG(shmaddr, ADDR));

/* ---- control: the command says what the last argument is ---- */

static void add_ipc_perm(struct decoder *d, struct value *list, const char *name,
	const struct ipc_perm *from, bool set)
{
	struct value *ret = list_add(d, list, name);

	ADD_ID(uid);
	ADD_ID(gid);
	value_set_octal(list_add(d, ret, "mode"), from->mode);
	if (set)
		return;
	value_set_uint(list_add(d, ret, "key"), (uint32_t)from->__key);
	ADD_ID(cuid);
	ADD_ID(cgid);
}

SHAPE(shm_set, struct shmid_ds)
{
	add_ipc_perm(d, ret, "shm_perm", &from->shm_perm, true);
}

SHAPE(shm_stat, struct shmid_ds)
{
	add_ipc_perm(d, ret, "shm_perm", &from->shm_perm, false);
	ADD_UINT(shm_segsz);
	ADD_PID(shm_cpid);
	ADD_PID(shm_lpid);
	ADD_UINT(shm_nattch);
	ADD_UINT(shm_atime);
	ADD_UINT(shm_dtime);
	ADD_UINT(shm_ctime);
}

SHAPE(shm_limits, struct shminfo)
{
	ADD_UINT(shmmax);
	ADD_UINT(shmmin);
	ADD_UINT(shmmni);
	ADD_UINT(shmseg);
	ADD_UINT(shmall);
}

SHAPE(shm_usage, struct shm_info)
{
	ADD_INT(used_ids);
	ADD_UINT(shm_tot);
	ADD_UINT(shm_rss);
	ADD_UINT(shm_swp);
	ADD_UINT(swap_attempts);
	ADD_UINT(swap_successes);
}

SHAPE(sem_set, struct semid_ds)
{
	add_ipc_perm(d, ret, "sem_perm", &from->sem_perm, true);
}

SHAPE(sem_stat, struct semid_ds)
{
	add_ipc_perm(d, ret, "sem_perm", &from->sem_perm, false);
	ADD_UINT(sem_otime);
	ADD_UINT(sem_ctime);
	ADD_UINT(sem_nsems);
}

SHAPE(sem_limits, struct seminfo)
{
	ADD_INT(semmap);
	ADD_INT(semmni);
	ADD_INT(semmns);
	ADD_INT(semmnu);
	ADD_INT(semmsl);
	ADD_INT(semopm);
	ADD_INT(semume);
	ADD_INT(semusz);
	ADD_INT(semvmx);
	ADD_INT(semaem);
}

SHAPE(msg_set, struct msqid_ds)
{
	add_ipc_perm(d, ret, "msg_perm", &from->msg_perm, true);
	ADD_UINT(msg_qbytes);
}

SHAPE(msg_stat, struct msqid_ds)
{
	add_ipc_perm(d, ret, "msg_perm", &from->msg_perm, false);
	ADD_UINT(msg_stime);
	ADD_UINT(msg_rtime);
	ADD_UINT(msg_ctime);
	ADD_UINT(msg_qnum);
	ADD_UINT(msg_qbytes);
	ADD_PID(msg_lspid);
	ADD_PID(msg_lrpid);
}

SHAPE(msg_limits, struct msginfo)
{
	ADD_INT(msgpool);
	ADD_INT(msgmap);
	ADD_INT(msgmax);
	ADD_INT(msgmnb);
	ADD_INT(msgmni);
	ADD_INT(msgssz);
	ADD_INT(msgtql);
	ADD_UINT(msgseg);
}

struct control {
	uint32_t command;
	const struct shape *shape;
};

static const struct control shm_controls[] = {{IPC_SET, &shape_shm_set},
	{IPC_STAT, &shape_shm_stat}, {SHM_STAT, &shape_shm_stat}, {SHM_STAT_ANY, &shape_shm_stat},
	{IPC_INFO, &shape_shm_limits}, {SHM_INFO, &shape_shm_usage}};
static const struct control sem_controls[] = {{IPC_SET, &shape_sem_set},
	{IPC_STAT, &shape_sem_stat}, {SEM_STAT, &shape_sem_stat}, {SEM_STAT_ANY, &shape_sem_stat},
	{IPC_INFO, &shape_sem_limits}, {SEM_INFO, &shape_sem_limits}};
static const struct control msg_controls[] = {{IPC_SET, &shape_msg_set},
	{IPC_STAT, &shape_msg_stat}, {MSG_STAT, &shape_msg_stat}, {MSG_STAT_ANY, &shape_msg_stat},
	{IPC_INFO, &shape_msg_limits}, {MSG_INFO, &shape_msg_limits}};

static void show_control(
	struct decoder *d, const struct control *controls, size_t nr, uint32_t command, unsigned at)
{
	unsigned when = command == IPC_SET ? CAPTURE_AT_ENTER : CAPTURE_AT_EXIT;

	for (size_t i = 0; i < nr; i++)
		if (controls[i].command == command && (command == IPC_SET || d->done))
			decoder_show_shape(
				d, d->args[at], controls[i].shape, when, decoder_arg(d, at));
}

#define CONTROL(command, when, at, type) STEP_ARG(command, when, at, BYTES, LEN_NONE, sizeof(type))

static void decode_shmctl(struct decoder *d)
{
	show_control(d, shm_controls, ARRAY_SIZE(shm_controls), arg_u32(d, 1), 2);
}

static const struct capture_step shmctl_steps[] = {
	CONTROL(IPC_SET, ENTER, 2, struct shmid_ds),
	CONTROL(IPC_STAT, EXIT, 2, struct shmid_ds),
	CONTROL(SHM_STAT, EXIT, 2, struct shmid_ds),
	CONTROL(SHM_STAT_ANY, EXIT, 2, struct shmid_ds),
	CONTROL(IPC_INFO, EXIT, 2, struct shminfo),
	CONTROL(SHM_INFO, EXIT, 2, struct shm_info),
};

SYSCALL_STEPS(shmctl, CLASS_IPC, RET_INT, decode_shmctl, PICK_ARG(1), shmctl_steps, ARG(shmid, INT),
	ARG(cmd, FLAGS, shm_ctl), ARG(buf, ADDR));

SYSCALL_ODD(semget, CLASS_IPC, RET_INT, decode_semget, ARG(key, HEX32), ARG(nsems, INT),
	ARG(semflg, HEX32));

SHAPE(sembuf, struct sembuf)
{
	ADD_UINT(sem_num);
	ADD_INT(sem_op);
	value_set_flags(list_add(d, ret, "sem_flg"), (uint16_t)from->sem_flg, &flags_sem_op);
}

SYSCALL(semop, CLASS_IPC, RET_INT, ARG(semid, INT), ARG(sops, ARRAY_IN, sembuf, 2),
	ARG(nsops, UINT));
SYSCALL(semtimedop, CLASS_IPC, RET_INT, ARG(semid, INT), ARG(sops, ARRAY_IN, sembuf, 2),
	ARG(nsops, UINT), ARG(timeout, IN, timespec));

static void decode_semctl(struct decoder *d)
{
	if (arg_u32(d, 2) == SETVAL)
		value_set_int(decoder_arg(d, 3), arg_int(d, 3));
	show_control(d, sem_controls, ARRAY_SIZE(sem_controls), arg_u32(d, 2), 3);
}

static const struct capture_step semctl_steps[] = {
	CONTROL(IPC_SET, ENTER, 3, struct semid_ds),
	CONTROL(IPC_STAT, EXIT, 3, struct semid_ds),
	CONTROL(SEM_STAT, EXIT, 3, struct semid_ds),
	CONTROL(SEM_STAT_ANY, EXIT, 3, struct semid_ds),
	CONTROL(IPC_INFO, EXIT, 3, struct seminfo),
	CONTROL(SEM_INFO, EXIT, 3, struct seminfo),
};

SYSCALL_STEPS(semctl, CLASS_IPC, RET_INT, decode_semctl, PICK_ARG(2), semctl_steps, ARG(semid, INT),
	ARG(semnum, INT), ARG(cmd, FLAGS, sem_ctl), ARG(arg, ADDR));

SYSCALL_ODD(msgget, CLASS_IPC, RET_INT, decode_msgget, ARG(key, HEX32), ARG(msgflg, HEX32));

/* The type and the beginning of the text, whatever its size: that lies in another argument. */
#define MESSAGE_BYTES 1032

static void show_queue_message(struct decoder *d, uint64_t len, unsigned when)
{
	struct value *ret = decoder_arg(d, 1);
	const struct capture *chunk = decoder_chunk(d, d->args[1], when);
	int64_t type;
	size_t at_hand;

	value_set_addr(ret, d->args[1]);
	if (!chunk || chunk->len < sizeof(type))
		return;
	at_hand = chunk->len - sizeof(type);
	memcpy(&type, chunk->bytes, sizeof(type));
	value_set_int(list_add(d, ret, "mtype"), type);
	if (!at_hand && len)
		value_set_addr(list_add(d, ret, "mtext"), d->args[1] + sizeof(type));
	else
		value_set_data(
			list_add(d, ret, "mtext"), chunk->bytes + sizeof(type), at_hand, len);
}

static void decode_msgsnd(struct decoder *d)
{
	show_queue_message(d, d->args[2], CAPTURE_AT_ENTER);
}

static void decode_msgrcv(struct decoder *d)
{
	if (d->done)
		show_queue_message(d, (uint64_t)d->call->ret, CAPTURE_AT_EXIT);
}

SYSCALL_ODD(msgsnd, CLASS_IPC, RET_INT, decode_msgsnd, ARG(msqid, INT),
	ARG(msgp, RAW_IN, MESSAGE_BYTES), ARG(msgsz, SIZE), ARG(msgflg, FLAGS, msg_flags));
SYSCALL_ODD(msgrcv, CLASS_IPC, RET_INT, decode_msgrcv, ARG(msqid, INT),
	ARG(msgp, RAW_OUT, MESSAGE_BYTES), ARG(msgsz, SIZE), ARG(msgtyp, LONG),
	ARG(msgflg, FLAGS, msg_flags));

static void decode_msgctl(struct decoder *d)
{
	show_control(d, msg_controls, ARRAY_SIZE(msg_controls), arg_u32(d, 1), 2);
}

static const struct capture_step msgctl_steps[] = {
	CONTROL(IPC_SET, ENTER, 2, struct msqid_ds),
	CONTROL(IPC_STAT, EXIT, 2, struct msqid_ds),
	CONTROL(MSG_STAT, EXIT, 2, struct msqid_ds),
	CONTROL(MSG_STAT_ANY, EXIT, 2, struct msqid_ds),
	CONTROL(IPC_INFO, EXIT, 2, struct msginfo),
	CONTROL(MSG_INFO, EXIT, 2, struct msginfo),
};

SYSCALL_STEPS(msgctl, CLASS_IPC, RET_INT, decode_msgctl, PICK_ARG(1), msgctl_steps, ARG(msqid, INT),
	ARG(cmd, FLAGS, msg_ctl), ARG(buf, ADDR));

static void add_mq_sizes(struct decoder *d, const struct mq_attr *from, struct value *ret)
{
	ADD_INT(mq_maxmsg);
	ADD_INT(mq_msgsize);
	ADD_INT(mq_curmsgs);
}

SHAPE(mq_attr, struct mq_attr)
{
	ADD_FLAGS(mq_flags, mq_flags);
	add_mq_sizes(d, from, ret);
}

/* When a queue is made, its flags are those of the call. */
SHAPE(mq_attr_new, struct mq_attr)
{
	value_set_hex(list_add(d, ret, "mq_flags"), (uint64_t)from->mq_flags);
	add_mq_sizes(d, from, ret);
}

static void decode_mq_open(struct decoder *d)
{
	if (!(arg_u32(d, 1) & O_CREAT))
		decoder_keep_args(d, 2);
}

SYSCALL_ODD(mq_open, CLASS_DESC, RET_FD, decode_mq_open, ARG(name, TEXT), ARG(oflag, FLAGS, open),
	ARG(mode, MODE), ARG(attr, IN, mq_attr_new));
SYSCALL(mq_unlink, 0, RET_INT, ARG(name, TEXT));
SYSCALL(mq_timedsend, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(msg_ptr, BUF_IN, 2),
	ARG(msg_len, SIZE), ARG(msg_prio, UINT), ARG(abs_timeout, IN, timespec));
SYSCALL(mq_timedreceive, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(msg_ptr, BUF_OUT),
	ARG(msg_len, SIZE), ARG(msg_prio, OUT, uint), ARG(abs_timeout, IN, timespec));
SYSCALL(mq_notify, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(sevp, IN, sigevent));
SYSCALL(mq_getsetattr, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(newattr, IN, mq_attr),
	ARG(oldattr, OUT, mq_attr));
