/* System V IPC, POSIX message queues and the older asynchronous I/O. */
#include <mqueue.h>
#include <string.h>
#include <sys/sem.h>

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

static void decode_shmget(struct decoder *d)
{
	show_key(d);
	show_get_flags(d, 2, &flags_shm_get);
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
SYSCALL(shmctl, CLASS_IPC, RET_INT, ARG(shmid, INT), ARG(cmd, FLAGS, shm_ctl), ARG(buf, ADDR));

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
	if ((arg_u32(d, 2) & 0xff) == SETVAL)
		value_set_int(decoder_arg(d, 3), arg_int(d, 3));
}

SYSCALL_ODD(semctl, CLASS_IPC, RET_INT, decode_semctl, ARG(semid, INT), ARG(semnum, INT),
	ARG(cmd, FLAGS, sem_ctl), ARG(arg, ADDR));

SYSCALL_ODD(msgget, CLASS_IPC, RET_INT, decode_msgget, ARG(key, HEX32), ARG(msgflg, HEX32));

#define MESSAGE_BYTES 72 /* the type and the first 64 bytes: the size lies in another argument */

static void show_queue_message(struct decoder *d, uint64_t len, unsigned when)
{
	const uint8_t *bytes = decoder_bytes(d, d->args[1], MESSAGE_BYTES, when);
	struct value *ret = decoder_arg(d, 1);
	int64_t type;

	value_set_addr(ret, d->args[1]);
	if (!bytes)
		return;
	memcpy(&type, bytes, sizeof(type));
	value_set_int(list_add(d, ret, "mtype"), type);
	value_set_data(
		list_add(d, ret, "mtext"), bytes + sizeof(type), MESSAGE_BYTES - sizeof(type), len);
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
SYSCALL(msgctl, CLASS_IPC, RET_INT, ARG(msqid, INT), ARG(cmd, FLAGS, msg_ctl), ARG(buf, ADDR));

SHAPE(mq_attr, struct mq_attr)
{
	ADD_FLAGS(mq_flags, fd_open);
	ADD_INT(mq_maxmsg);
	ADD_INT(mq_msgsize);
	ADD_INT(mq_curmsgs);
}

static void decode_mq_open(struct decoder *d)
{
	if (!(arg_u32(d, 1) & O_CREAT))
		decoder_keep_args(d, 2);
}

SYSCALL_ODD(mq_open, CLASS_DESC, RET_FD, decode_mq_open, ARG(name, PATH), ARG(oflag, FLAGS, open),
	ARG(mode, MODE), ARG(attr, IN, mq_attr));
SYSCALL(mq_unlink, 0, RET_INT, ARG(name, PATH));
SYSCALL(mq_timedsend, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(msg_ptr, BUF_IN, 2),
	ARG(msg_len, SIZE), ARG(msg_prio, UINT), ARG(abs_timeout, IN, timespec));
SYSCALL(mq_timedreceive, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(msg_ptr, BUF_OUT),
	ARG(msg_len, SIZE), ARG(msg_prio, OUT, uint), ARG(abs_timeout, IN, timespec));
SYSCALL(mq_notify, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(sevp, IN, sigevent));
SYSCALL(mq_getsetattr, CLASS_DESC, RET_INT, ARG(mqdes, FD), ARG(newattr, IN, mq_attr),
	ARG(oldattr, OUT, mq_attr));
