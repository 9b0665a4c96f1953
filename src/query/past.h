#pragma once
/*
 * What descriptors and paths mean at some event of a file. Only what has to do with them is read,
 * from the file's beginning on, when somebody asks.
 */

#include <stddef.h>
#include <stdint.h>

struct past;
struct query_file;
struct track;

struct past *past_create(const struct query_file *file);
void past_destroy(struct past *p);

/*
 * The tracker, when the event at that place of that block has just come. Cheap for later places,
 * from the beginning again for former ones.
 */
const struct track *past_at(struct past *p, size_t block, uint64_t place);
