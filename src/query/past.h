#pragma once
/*
 * What descriptors and paths mean at some event of a file. Only what has to do with them is read,
 * from the file's beginning on, when somebody asks.
 */

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct past;
struct query_file;
struct track;

/* With `stop` set it reads no further, and knows less. */
struct past *past_create(const struct query_file *file, const volatile sig_atomic_t *stop);
void past_destroy(struct past *p);

/*
 * The tracker, when the event at that place of that block has just come. Cheap for later places,
 * from the beginning again for former ones.
 */
const struct track *past_at(struct past *p, size_t block, uint64_t place);
