#include "track/file.h"

#include <stdlib.h>
#include <string.h>

#include "track/track_internal.h"
#include "util/alloc.h"

/*
 * Over the whole run; a copy that would exceed it comes out empty. Far above what kernels allow
 * together, so only a made-up stream of events gets there (fork copies what one event opened).
 */
#define SLOTS_MAX (UINT64_C(1) << 24)

struct file *file_create(struct track *t, enum track_kind kind, struct path *path, uint32_t flags)
{
	struct file *f = xcalloc(1, sizeof(*f));

	f->refs = 1;
	f->path = path;
	f->view.kind = (uint8_t)kind;
	f->view.id = ++t->last_id;
	f->view.flags = flags;
	f->view.family = f->view.type = f->view.protocol = -1;
	return f;
}

void rights_deinit(struct track *t, struct rights *r)
{
	for (unsigned i = 0; i < r->nr; i++)
		file_unref(t, r->files[i]);
	free(r->files);
}

void rights_drop(struct track *t, rights_queue *queue)
{
	while (queue->len) {
		struct rights r = queue->data[--queue->len];

		rights_deinit(t, &r);
	}
}

void pending_drop(struct track *t, pending_queue *queue)
{
	while (queue->len) {
		struct file *f = queue->data[--queue->len].file;

		f->socket->waiting = false;
		rights_drop(t, &f->socket->early);
		file_unref(t, f);
	}
}

static void drop_queues(struct track *t, struct socket *s)
{
	rights_drop(t, &s->sent);
	rights_drop(t, &s->received);
	pending_drop(t, &s->connects);
	pending_drop(t, &s->accepts);
}

static void socket_destroy(struct track *t, struct socket *s)
{
	if (!s)
		return;
	drop_queues(t, s);
	rights_drop(t, &s->early);
	VEC_DEINIT(&s->early);
	VEC_DEINIT(&s->sent);
	VEC_DEINIT(&s->received);
	VEC_DEINIT(&s->connects);
	VEC_DEINIT(&s->accepts);
	if (s->bound_key)
		map_remove(&t->bound, s->bound_key);
	free(s);
}

void file_unref(struct track *t, struct file *f)
{
	while (f && !--f->refs) {
		struct file *same_as = f->same_as;

		if (f->peer)
			f->peer->peer = NULL;
		socket_destroy(t, f->socket);
		path_unref(&t->paths, f->path);
		free(f);
		f = same_as;
	}
}

struct socket *file_socket(struct file *f)
{
	if (!f->socket)
		f->socket = xcalloc(1, sizeof(*f->socket));
	return f->socket;
}

void file_pair(struct file *a, struct file *b)
{
	if (a->peer)
		a->peer->peer = NULL;
	if (b->peer)
		b->peer->peer = NULL;
	a->peer = b;
	b->peer = a;
	a->view.peer_id = b->view.id;
	b->view.peer_id = a->view.id;
}

static void slot_added(struct track *t, fd_slot slot)
{
	fd_slot_file(slot)->nr_slots++;
	t->nr_slots++;
}

static void slot_removed(struct track *t, fd_slot slot)
{
	struct file *f = fd_slot_file(slot);

	t->nr_slots--;
	if (!--f->nr_slots && f->socket)
		drop_queues(t, f->socket);
}

struct fd_table *fd_table_create(void)
{
	struct fd_table *table = xcalloc(1, sizeof(*table));

	table->refs = 1;
	return table;
}

struct fd_table *fd_table_copy(struct track *t, const struct fd_table *table)
{
	struct fd_table *ret = fd_table_create();
	struct map_slot *entry;

	if (t->nr_slots + table->nr > SLOTS_MAX)
		return ret;
	ret->nr = table->nr;
	ret->nr_low = table->nr_low;
	if (table->nr_low)
		ret->low = xmemdup(table->low, table->nr_low * sizeof(*table->low));
	for (uint32_t fd = 0; fd < ret->nr_low; fd++) {
		if (!ret->low[fd])
			continue;
		file_ref(fd_slot_file(ret->low[fd]));
		slot_added(t, ret->low[fd]);
	}
	for (size_t at = 0; (entry = map_next(&table->high, &at));) {
		map_put(&ret->high, entry->key, entry->value);
		file_ref(fd_slot_file((fd_slot)entry->value));
		slot_added(t, (fd_slot)entry->value);
	}
	return ret;
}

void fd_table_unref(struct track *t, struct fd_table *table)
{
	struct map_slot *entry;

	if (!table || --table->refs)
		return;
	for (uint32_t fd = 0; fd < table->nr_low; fd++) {
		if (!table->low[fd])
			continue;
		slot_removed(t, table->low[fd]);
		file_unref(t, fd_slot_file(table->low[fd]));
	}
	for (size_t at = 0; (entry = map_next(&table->high, &at));) {
		slot_removed(t, (fd_slot)entry->value);
		file_unref(t, fd_slot_file((fd_slot)entry->value));
	}
	free(table->low);
	map_deinit(&table->high);
	free(table);
}

static fd_slot set_low(struct fd_table *table, uint32_t fd, fd_slot slot)
{
	fd_slot old;

	if (fd >= table->nr_low) {
		uint32_t nr = MAX(table->nr_low * 2, 16u);

		if (!slot)
			return 0;
		while (nr <= fd)
			nr *= 2;
		table->low = xreallocarray(table->low, nr, sizeof(*table->low));
		memset(table->low + table->nr_low, 0, (nr - table->nr_low) * sizeof(*table->low));
		table->nr_low = nr;
	}
	old = table->low[fd];
	table->low[fd] = slot;
	return old;
}

fd_slot fd_table_set(struct track *t, struct fd_table *table, int32_t fd, fd_slot slot)
{
	fd_slot old;

	if (fd < FD_TABLE_LOW)
		old = set_low(table, (uint32_t)fd, slot);
	else if (slot)
		old = (fd_slot)map_put(&table->high, (uint32_t)fd, (void *)slot);
	else
		old = (fd_slot)map_remove(&table->high, (uint32_t)fd);
	if (slot)
		slot_added(t, slot);
	if (old)
		slot_removed(t, old);
	table->nr += !!slot - !!old;
	return old;
}

void fd_table_list(
	const struct fd_table *table, uint32_t first, uint32_t last, fd_slot mask, fd_list *ret)
{
	struct map_slot *entry;

	for (uint32_t fd = first; fd < table->nr_low && fd <= last; fd++)
		if (table->low[fd] && (table->low[fd] & mask) == mask)
			VEC_PUSH(ret, (int32_t)fd);
	for (size_t at = 0; (entry = map_next(&table->high, &at));)
		if (entry->key >= first && entry->key <= last &&
			((fd_slot)entry->value & mask) == mask)
			VEC_PUSH(ret, (int32_t)entry->key);
}
