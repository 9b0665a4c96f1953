#pragma once
/* What a descriptor is, as it stands behind its number. */

struct buf;
struct track_file;
struct value_text;

/* "</etc/passwd>"; with how->fd_details "<TCP:[127.0.0.1:41234->127.0.0.1:80]>". */
void fd_text_draw(const struct value_text *how, struct buf *out, const struct track_file *file);

/* Escaped so that it can stand between < and >. */
void fd_text_draw_path(const struct value_text *how, struct buf *out, const char *path);
