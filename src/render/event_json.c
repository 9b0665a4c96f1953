#include "render/event_json.h"

#include <sys/wait.h>

#include "decode/decode.h"
#include "event/event.h"
#include "render/value_json.h"
#include "report/event_view.h"
#include "util/arena.h"
#include "util/json.h"

static void draw_signal(struct json *j, struct arena *a, int signo)
{
	const char *name = decode_signal_name(a, signo);

	json_key(j, "signal");
	json_text(j, name ? name : arena_printf(a, "%d", signo));
}

static void draw_exit(struct json *j, struct arena *a, int status)
{
	if (WIFSIGNALED(status)) {
		draw_signal(j, a, WTERMSIG(status));
	} else {
		json_key(j, "exit_code");
		json_i64(j, WEXITSTATUS(status));
	}
}

void event_json_draw_particulars(struct json *j, struct arena *a, const struct event_view *view)
{
	const struct event *ev = view->ev;

	switch (ev->kind) {
	case EV_FORK:
		json_key(j, "child_pid");
		json_i64(j, ev->fork.child_pid);
		json_key(j, "child_tid");
		json_i64(j, ev->fork.child_tid);
		break;
	case EV_EXEC:
		if (ev->exec.path) {
			json_key(j, "path");
			json_text(j, ev->exec.path);
		}
		break;
	case EV_EXIT: draw_exit(j, a, ev->exit.status); break;
	case EV_SIGNAL:
		draw_signal(j, a, ev->signal.signo);
		json_key(j, "info");
		value_json_draw(j, view->siginfo);
		break;
	case EV_STOP: draw_signal(j, a, ev->stop_signo); break;
	default: break;
	}
}
