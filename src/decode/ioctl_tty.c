/* ioctl: terminals. */
#include <asm/termbits.h>
#include <linux/serial.h>
#include <linux/termios.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

/* Control characters are bits that mean a key: hexadecimal, with what they do. */
static void add_characters(struct decoder *d, const uint8_t *chars, size_t nr, struct value *ret)
{
	struct value *list = list_add(d, ret, "c_cc");

	list_init(list, VALUE_ARRAY);
	for (size_t i = 0; i < nr; i++) {
		const char *name = flag_set_exact(&flags_term_cc, i);
		const char *place =
			name ? decoder_printf(d, "[%s]", name) : decoder_printf(d, "[%zu]", i);

		value_set_hex(list_add(d, list, place), chars[i]);
	}
}

/* The three generations of the structure have the same members. */
#define FILL_TERMIOS(add_more)                                                                     \
	do {                                                                                       \
		ADD_FLAGS(c_iflag, term_iflag);                                                    \
		ADD_FLAGS(c_oflag, term_oflag);                                                    \
		ADD_FLAGS(c_cflag, term_cflag);                                                    \
		ADD_FLAGS(c_lflag, term_lflag);                                                    \
		if (!d->opts->verbose) {                                                           \
			ret->flags |= VALUE_ABBREV;                                                \
			return;                                                                    \
		}                                                                                  \
		ADD_ENUM(c_line, term_ldisc);                                                      \
		add_characters(d, from->c_cc, ARRAY_SIZE(from->c_cc), ret);                        \
	} while (0)

SHAPE(termios, struct termios)
{
	FILL_TERMIOS();
}

SHAPE(termios2, struct termios2)
{
	FILL_TERMIOS();
	ADD_UINT(c_ispeed);
	ADD_UINT(c_ospeed);
}

SHAPE(termio, struct termio)
{
	FILL_TERMIOS();
}

SHAPE(winsize, struct winsize)
{
	ADD_UINT(ws_row);
	ADD_UINT(ws_col);
	ADD_UINT(ws_xpixel);
	ADD_UINT(ws_ypixel);
}

SHAPE(modem_lines, uint32_t)
{
	value_set_flags(ret, *from, &flags_term_modem);
}

SHAPE(character, char)
{
	value_set_data(ret, from, 1, 1);
}

SHAPE(serial, struct serial_struct)
{
	ADD_ENUM(type, serial_type);
	ADD_INT(line);
	ADD_HEX(port);
	ADD_INT(irq);
	ADD_FLAGS(flags, serial_flags);
	ADD_INT(xmit_fifo_size);
	ADD_INT(custom_divisor);
	ADD_INT(baud_base);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_UINT(close_delay);
	ADD_INT(io_type);
	ADD_INT(hub6);
	ADD_UINT(closing_wait);
	ADD_UINT(closing_wait2);
	ADD_ADDR(iomem_base);
	ADD_UINT(iomem_reg_shift);
	ADD_UINT(port_high);
	ADD_HEX(iomap_base);
}

SHAPE(rs485, struct serial_rs485)
{
	ADD_FLAGS(flags, serial_rs485);
	ADD_UINT(delay_rts_before_send);
	ADD_UINT(delay_rts_after_send);
}

SHAPE(serial_counters, struct serial_icounter_struct)
{
	ADD_INT(cts);
	ADD_INT(dsr);
	ADD_INT(rng);
	ADD_INT(dcd);
	ADD_INT(rx);
	ADD_INT(tx);
	ADD_INT(frame);
	ADD_INT(overrun);
	ADD_INT(parity);
	ADD_INT(brk);
	ADD_INT(buf_overrun);
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(TCGETS, termios),
	REQUEST_IN(TCSETS, termios),
	REQUEST_IN(TCSETSW, termios),
	REQUEST_IN(TCSETSF, termios),
	REQUEST_OUT(TIOCGWINSZ, winsize),
	REQUEST_IN(TIOCSWINSZ, winsize),
	REQUEST_OUT(TIOCGPGRP, pid),
	REQUEST_IN(TIOCSPGRP, pid),
	REQUEST_OUT(FIONREAD, int),
	REQUEST_IN(FIONBIO, int),
	REQUEST(FIOCLEX, NONE),
	REQUEST(FIONCLEX, NONE),
	REQUEST_OUT(TCGETS2, termios2),
	REQUEST_IN(TCSETS2, termios2),
	REQUEST_IN(TCSETSW2, termios2),
	REQUEST_IN(TCSETSF2, termios2),
	REQUEST_OUT(TCGETA, termio),
	REQUEST_IN(TCSETA, termio),
	REQUEST_IN(TCSETAW, termio),
	REQUEST_IN(TCSETAF, termio),
	REQUEST_OUT(TIOCGLCKTRMIOS, termios),
	REQUEST_IN(TIOCSLCKTRMIOS, termios),
	REQUEST_OUT(TIOCGSID, pid),
	REQUEST_OUT(TIOCGETD, int),
	REQUEST_IN(TIOCSETD, int),
	REQUEST_OUT(TIOCOUTQ, int),
	REQUEST_OUT(TIOCGSOFTCAR, int),
	REQUEST_IN(TIOCSSOFTCAR, int),
	REQUEST_OUT(TIOCGPTN, uint),
	REQUEST_OUT(TIOCGEXCL, int),
	REQUEST_OUT(TIOCGPKT, int),
	REQUEST_OUT(TIOCGPTLCK, int),
	REQUEST_OUT(TIOCGDEV, uint),
	REQUEST_IN(TIOCSPTLCK, int),
	REQUEST_IN(TIOCPKT, int),
	REQUEST_FLAGS(TIOCGPTPEER, open),
	REQUEST_OUT(TIOCMGET, modem_lines),
	REQUEST_IN(TIOCMSET, modem_lines),
	REQUEST_IN(TIOCMBIS, modem_lines),
	REQUEST_IN(TIOCMBIC, modem_lines),
	REQUEST_FLAGS(TIOCMIWAIT, term_modem),
	REQUEST_IN(TIOCSTI, character),
	REQUEST(TIOCSCTTY, INT),
	REQUEST(TIOCNOTTY, NONE),
	REQUEST(TIOCEXCL, NONE),
	REQUEST(TIOCNXCL, NONE),
	REQUEST(TIOCSBRK, NONE),
	REQUEST(TIOCCBRK, NONE),
	REQUEST(TIOCCONS, NONE),
	REQUEST(TIOCVHANGUP, NONE),
	REQUEST(TCSBRK, INT),
	REQUEST(TCSBRKP, INT),
	REQUEST_ENUM(TCFLSH, term_flush),
	REQUEST_ENUM(TCXONC, term_flow),
	REQUEST_IN(FIOASYNC, int),
	REQUEST_OUT(FIOQSIZE, s64),
	REQUEST_OUT(TIOCGSERIAL, serial),
	REQUEST_IN(TIOCSSERIAL, serial),
	REQUEST_OUT(TIOCGRS485, rs485),
	REQUEST_CHANGE(TIOCSRS485, rs485, rs485),
	REQUEST_OUT(TIOCGICOUNT, serial_counters),
};

IOCTL_TABLE(tty);
