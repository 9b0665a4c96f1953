/* Sockets: addresses, who is connected to whom, and descriptors that travel over them. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "track/track_internal.h"
#include "util/alloc.h"

#define TYPE_FLAGS (SOCK_CLOEXEC | SOCK_NONBLOCK)

static struct file *file_at(const struct call_context *c, unsigned arg)
{
	return files_get(task_files(c->task), (int32_t)c->call->args[arg]);
}

static struct file *create_socket(const struct call_context *c, int family, int type, int protocol)
{
	/* SOCK_NONBLOCK is O_NONBLOCK */
	struct file *f = file_create(c->t, TRACK_SOCKET, NULL, (uint32_t)type & SOCK_NONBLOCK);

	f->view.family = family;
	f->view.type = type < 0 ? type : type & ~TYPE_FLAGS;
	f->view.protocol = protocol;
	return f;
}

void on_socket(const struct call_context *c)
{
	int type = (int)c->call->args[1] & INT32_MAX;

	files_set(c->t, task_files(c->task), (int32_t)c->call->ret,
		create_socket(c, (int)c->call->args[0], type, (int)c->call->args[2]),
		type & SOCK_CLOEXEC);
}

void on_socketpair(const struct call_context *c)
{
	const uint8_t *bytes = call_bytes(c->call, 3, c->call->args[3], sizeof(int32_t[2]), NULL);
	int type = (int)c->call->args[1] & INT32_MAX;
	struct file *ends[2];
	int32_t fds[2];

	if (!bytes)
		return;
	memcpy(fds, bytes, sizeof(fds));
	for (int i = 0; i < 2; i++)
		ends[i] = create_socket(c, (int)c->call->args[0], type, (int)c->call->args[2]);
	file_pair(ends[0], ends[1]);
	ends[0]->view.connected = ends[1]->view.connected = true;
	for (int i = 0; i < 2; i++)
		files_set(c->t, task_files(c->task), fds[i], ends[i], type & SOCK_CLOEXEC);
}

/* Addresses */

/* The address where argument `arg` points, at most `given` bytes; 0 = not at hand. */
static uint32_t copy_address(
	const struct call_context *c, unsigned arg, uint64_t given, uint8_t room[SOCKADDR_MAX])
{
	const uint8_t *bytes;
	uint32_t len;

	if (!c->call->args[arg])
		return 0;
	bytes = call_bytes(c->call, arg, c->call->args[arg], sizeof(sa_family_t), &len);
	if (!bytes)
		return 0;
	len = (uint32_t)MIN((uint64_t)len, MIN(given, (uint64_t)SOCKADDR_MAX));
	memcpy(room, bytes, len);
	return len;
}

/* To be called before they change. No call changes those of two sockets. */
static void note_addresses(struct track *t, struct file *f)
{
	struct track_file *old = &t->old_socket;

	if (t->undo_socket)
		return;
	t->unsettled = true;
	t->undo_socket = file_ref(f);
	*old = f->view;
	if (f->path)
		old->path = path_text(f->path, true);
	if (old->local)
		old->local = memcpy(t->old_local, old->local, old->local_len);
	if (old->peer)
		old->peer = memcpy(t->old_peer, old->peer, old->peer_len);
}

static void learn_local(const struct call_context *c, struct file *f, uint64_t given)
{
	struct socket *s = file_socket(f);
	uint32_t len = copy_address(c, 1, given, s->local);

	if (!len)
		return;
	f->view.local = s->local;
	f->view.local_len = len;
}

static void learn_peer(const struct call_context *c, struct file *f, uint64_t given)
{
	struct socket *s = file_socket(f);
	uint32_t len = copy_address(c, 1, given, s->peer);

	if (!len)
		return;
	f->view.peer = s->peer;
	f->view.peer_len = len;
}

static sa_family_t sockaddr_family(const uint8_t *address)
{
	sa_family_t family;

	memcpy(&family, address, sizeof(family));
	return family;
}

/*
 * A unix address as a key, 0 = none that means the same to every process. A path ends with its NUL
 * whatever length was given; an abstract name is as long as it is.
 */
static uint64_t unix_key(const uint8_t *address, uint32_t len)
{
	uint64_t key = 0xcbf29ce484222325ULL;
	sa_family_t family;

	if (len <= sizeof(family))
		return 0;
	family = sockaddr_family(address);
	address += sizeof(family);
	len -= sizeof(family);
	if (family != AF_UNIX || (*address && *address != '/'))
		return 0;
	if (*address)
		len = (uint32_t)strnlen((const char *)address, len);
	for (uint32_t i = 0; i < len; i++)
		key = (key ^ address[i]) * 0x100000001b3ULL;
	return key ? key : 1;
}

void on_bind(const struct call_context *c)
{
	struct file *f = file_at(c, 0), *former;
	struct track *t = c->t;
	uint64_t key;

	if (!f || f->view.kind != TRACK_SOCKET)
		return;
	note_addresses(t, f);
	learn_local(c, f, c->call->args[2]);
	key = f->view.local ? unix_key(f->view.local, f->view.local_len) : 0;
	if (!key || f->socket->bound_key)
		return;
	former = map_put(&t->bound, key, f);
	if (former)
		former->socket->bound_key = 0;
	f->socket->bound_key = key;
}

void on_getsockname(const struct call_context *c)
{
	struct file *f = file_at(c, 0);

	if (!f || f->view.kind != TRACK_SOCKET)
		return;
	note_addresses(c->t, f);
	learn_local(c, f, SOCKADDR_MAX);
}

void on_getpeername(const struct call_context *c)
{
	struct file *f = file_at(c, 0);

	if (!f || f->view.kind != TRACK_SOCKET)
		return;
	note_addresses(c->t, f);
	learn_peer(c, f, SOCKADDR_MAX);
}

/* Connections between traced processes */

static struct file *take_pending(pending_queue *queue)
{
	struct file *f = queue->data[0].file;

	memmove(queue->data, queue->data + 1, --queue->len * sizeof(*queue->data));
	return f;
}

static void stop_pairing(struct track *t, struct socket *s)
{
	s->unordered = true;
	pending_drop(t, &s->accepts);
	pending_drop(t, &s->connects);
}

static bool pairs_connections(const struct file *listener)
{
	return listener && listener->socket && listener->socket->bound_key &&
	       !listener->socket->unordered && listener->nr_slots &&
	       (listener->view.type == SOCK_STREAM || listener->view.type == SOCK_SEQPACKET);
}

/* Connections are accepted in the order in which they were made; known if none overlap. */
static bool first_is_first(const pending_queue *connects)
{
	for (size_t i = 1; i < connects->len; i++)
		if (connects->data[i].begin_ns < connects->data[0].end_ns)
			return false;
	return true;
}

static void pair_accepted(const struct call_context *c, struct file *listener, struct file *f)
{
	struct socket *s = listener->socket;

	if (!pairs_connections(listener))
		return;
	if (s->connects.len && first_is_first(&s->connects)) {
		uint64_t end_ns = s->connects.data[0].end_ns;
		struct file *client = take_pending(&s->connects);
		rights_queue none = {0};

		client->socket->waiting = false;
		file_socket(f)->sent = client->socket->early;
		client->socket->early = none;
		s->paired_ns = MAX(s->paired_ns, end_ns);
		file_pair(client, f);
		file_unref(c->t, client);
	} else if (!s->connects.len && s->accepts.len < SOCKET_QUEUE_MAX) {
		/* the client may be traced and just not have returned from connect */
		VEC_PUSH(&s->accepts,
			(struct pending){c->call->enter_ns, c->ev->time_ns, file_ref(f)});
	} else {
		stop_pairing(c->t, s);
	}
}

void on_accept(const struct call_context *c)
{
	int flags = c->handler->flags_arg >= 0 ? (int)c->call->args[c->handler->flags_arg] : 0;
	struct file *listener = file_at(c, 0), *f;
	int family = -1, type = -1, protocol = -1;

	if (listener && listener->view.kind == TRACK_SOCKET) {
		family = listener->view.family;
		type = listener->view.type;
		protocol = listener->view.protocol;
	}
	f = create_socket(c, family, type, protocol);
	f->view.flags = (uint32_t)flags & SOCK_NONBLOCK;
	f->view.connected = true;
	learn_peer(c, f, SOCKADDR_MAX);
	if (listener && listener->view.local) {
		memcpy(f->socket->local, listener->view.local, listener->view.local_len);
		f->view.local = f->socket->local;
		f->view.local_len = listener->view.local_len;
	}
	files_set(c->t, task_files(c->task), (int32_t)c->call->ret, file_ref(f),
		flags & SOCK_CLOEXEC);
	if (listener)
		pair_accepted(c, listener, f);
	file_unref(c->t, f);
}

static void pair_connected(const struct call_context *c, struct file *f)
{
	struct file *listener = map_get(&c->t->bound, unix_key(f->view.peer, f->view.peer_len));
	struct pending pending = {c->call->enter_ns, c->ev->time_ns, f};
	struct socket *s;

	if (!pairs_connections(listener) || listener == f || !f->nr_slots || f->socket->waiting)
		return;
	s = listener->socket;
	if (pending.begin_ns < s->paired_ns || s->connects.len == SOCKET_QUEUE_MAX ||
		(s->accepts.len && s->accepts.data[0].end_ns < pending.begin_ns)) {
		/* it overlaps one that was paired, or a process that is not traced connected */
		stop_pairing(c->t, s);
	} else if (s->accepts.len) {
		struct file *accepted = take_pending(&s->accepts);

		s->paired_ns = MAX(s->paired_ns, pending.end_ns);
		file_pair(f, accepted);
		file_unref(c->t, accepted);
	} else {
		file_ref(f);
		VEC_PUSH(&s->connects, pending);
		f->socket->waiting = true;
	}
}

/* What it was bound to by hand it keeps, what the kernel chose it loses: which it was is lost too.
 */
static void disconnect(struct file *f)
{
	f->view.connected = false;
	f->view.peer = NULL;
	f->view.peer_len = 0;
	if (f->view.family == AF_UNIX)
		return;
	f->view.local = NULL;
	f->view.local_len = 0;
}

void on_connect(const struct call_context *c)
{
	struct file *f = file_at(c, 0);

	if (!f || f->view.kind != TRACK_SOCKET)
		return;
	if (c->call->ret < 0 && c->call->ret != -EINPROGRESS)
		return;
	note_addresses(c->t, f);
	learn_peer(c, f, c->call->args[2]);
	if (f->view.peer && sockaddr_family(f->view.peer) == AF_UNSPEC) {
		disconnect(f);
		return;
	}
	f->view.connected = true;
	if (f->view.peer && !f->peer && !c->call->ret)
		pair_connected(c, f);
}

/* Descriptors in messages */

/* One message as its call left it. */
struct message {
	struct msghdr header;
	const uint8_t *control; /* borrowed; NULL = none, or not at hand */
	uint32_t control_len;
	unsigned nr_fds;
	int32_t fds[RIGHTS_FDS_MAX];
};

static void read_rights(struct message *m)
{
	size_t at = 0;

	while (m->control_len - at >= sizeof(struct cmsghdr)) {
		const uint8_t *data = m->control + at + CMSG_LEN(0);
		struct cmsghdr header;
		size_t len;

		memcpy(&header, m->control + at, sizeof(header));
		if (header.cmsg_len < CMSG_LEN(0))
			return;
		len = MIN(header.cmsg_len, m->control_len - at);
		if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_RIGHTS) {
			size_t nr = (len - CMSG_LEN(0)) / sizeof(int32_t);

			nr = MIN(nr, (size_t)RIGHTS_FDS_MAX - m->nr_fds);
			memcpy(m->fds + m->nr_fds, data, nr * sizeof(int32_t));
			m->nr_fds += (unsigned)nr;
		}
		if (len != header.cmsg_len)
			return;
		at += CMSG_ALIGN(len);
		if (at > m->control_len)
			return;
	}
}

static bool read_message(const struct call_context *c, uint64_t addr, struct message *m)
{
	const uint8_t *bytes = call_bytes(c->call, 1, addr, sizeof(m->header), NULL);
	uint64_t control;

	if (!bytes)
		return false;
	memcpy(&m->header, bytes, sizeof(m->header));
	m->nr_fds = 0;
	m->control_len = 0;
	control = (uintptr_t)m->header.msg_control;
	m->control = control ? call_bytes(c->call, 1, control, 1, &m->control_len) : NULL;
	if (m->control) {
		m->control_len =
			(uint32_t)MIN((uint64_t)m->control_len, (uint64_t)m->header.msg_controllen);
		read_rights(m);
	}
	return true;
}

static struct rights take_rights(rights_queue *queue)
{
	struct rights r = queue->data[0];

	memmove(queue->data, queue->data + 1, --queue->len * sizeof(*queue->data));
	return r;
}

/* Descriptors that were received earlier turn out to be these. */
static void explain_received(struct rights *received, const struct rights *sent)
{
	for (unsigned i = 0; i < MIN(received->nr, sent->nr); i++) {
		struct file *unknown = received->files[i], *known = sent->files[i];

		while (known->same_as)
			known = known->same_as;
		if (unknown != known && !unknown->same_as)
			unknown->same_as = file_ref(known);
	}
}

static struct rights collect_rights(const struct call_context *c, const struct message *m)
{
	struct rights sent = {.time_ns = c->call->enter_ns, .nr = m->nr_fds};

	sent.files = xcalloc(m->nr_fds, sizeof(*sent.files));
	for (unsigned i = 0; i < m->nr_fds; i++) {
		struct file *f = files_get(task_files(c->task), m->fds[i]);

		sent.files[i] = f ? file_ref(f) : file_create(c->t, TRACK_UNKNOWN, NULL, 0);
	}
	return sent;
}

/*
 * True when the receiver had returned from its call before the sender did, so that the descriptors
 * could be explained. Receivers that returned before the sender began got something else.
 */
static bool was_received(const struct call_context *c, struct socket *to, struct rights *sent)
{
	while (to->received.len) {
		struct rights received = take_rights(&to->received);
		bool ours = received.time_ns >= sent->time_ns;

		if (ours)
			explain_received(&received, sent);
		rights_deinit(c->t, &received);
		if (ours)
			return true;
	}
	return false;
}

static void send_message(const struct call_context *c, const struct message *m)
{
	struct file *f = file_at(c, 0);
	struct socket *to = NULL;
	rights_queue *queue;
	struct rights sent;

	if (!m->nr_fds || !f)
		return;
	if (f->peer && f->peer->nr_slots)
		to = file_socket(f->peer);
	else if (!f->socket || !f->socket->waiting)
		return;
	queue = to ? &to->sent : &f->socket->early;
	sent = collect_rights(c, m);
	if (to && was_received(c, to, &sent)) {
		rights_deinit(c->t, &sent);
	} else if (queue->len == SOCKET_QUEUE_MAX) {
		/* nobody reads them here: forget the order rather than mix it up */
		rights_drop(c->t, queue);
		rights_deinit(c->t, &sent);
	} else {
		VEC_PUSH(queue, sent);
	}
}

static void receive_known(
	const struct call_context *c, const struct message *m, const struct rights *sent)
{
	bool cloexec = c->call->args[2 + (c->handler->run == on_recvmmsg)] & MSG_CMSG_CLOEXEC;

	for (unsigned i = 0; i < m->nr_fds; i++)
		files_set(c->t, task_files(c->task), m->fds[i], file_ref(sent->files[i]), cloexec);
}

static void receive_unknown(const struct call_context *c, const struct message *m, struct file *at)
{
	struct rights received = {.time_ns = c->ev->time_ns, .nr = m->nr_fds};
	struct track *t = c->t;

	received.files = xcalloc(m->nr_fds, sizeof(*received.files));
	for (unsigned i = 0; i < m->nr_fds; i++)
		received.files[i] = file_create(t, TRACK_UNKNOWN, NULL, 0);
	receive_known(c, m, &received);
	if (at && at->peer && at->nr_slots && file_socket(at)->received.len < SOCKET_QUEUE_MAX)
		VEC_PUSH(&file_socket(at)->received, received);
	else
		rights_deinit(t, &received);
}

static void receive_message(const struct call_context *c, const struct message *m, bool peek)
{
	bool cut = m->header.msg_flags & MSG_CTRUNC;
	struct file *f = file_at(c, 0);
	struct socket *s = f ? f->socket : NULL;
	struct rights first;
	bool fits;

	if (!m->nr_fds && !cut)
		return;
	if (!s || !s->sent.len) {
		if (m->nr_fds)
			receive_unknown(c, m, f);
		return;
	}
	first = s->sent.data[0];
	fits = m->nr_fds == first.nr || (cut && m->nr_fds < first.nr);
	if (fits)
		receive_known(c, m, &first);
	else
		receive_unknown(c, m, NULL);
	if (!fits) {
		/* something in between was read without its descriptors */
		rights_drop(c->t, &s->sent);
	} else if (!peek) {
		first = take_rights(&s->sent);
		rights_deinit(c->t, &first);
	}
}

void on_sendmsg(const struct call_context *c)
{
	struct message m;

	if (read_message(c, c->call->args[1], &m))
		send_message(c, &m);
}

void on_recvmsg(const struct call_context *c)
{
	struct message m;

	if (read_message(c, c->call->args[1], &m))
		receive_message(c, &m, c->call->args[2] & MSG_PEEK);
}

void on_sendmmsg(const struct call_context *c)
{
	struct message m;

	for (int64_t i = 0; i < MIN(c->call->ret, CAPTURE_MMSG_MAX); i++)
		if (read_message(c, c->call->args[1] + i * sizeof(struct mmsghdr), &m))
			send_message(c, &m);
}

void on_recvmmsg(const struct call_context *c)
{
	struct message m;

	for (int64_t i = 0; i < MIN(c->call->ret, CAPTURE_MMSG_MAX); i++)
		if (read_message(c, c->call->args[1] + i * sizeof(struct mmsghdr), &m))
			receive_message(c, &m, c->call->args[3] & MSG_PEEK);
}
