/* ioctl: cameras and video codecs. */
#include <linux/videodev2.h>
#include <stddef.h>

#include "decode/ioctl.h"
#include "decode/shapes.h"
#include "util/macros.h"

static const char *character(struct decoder *d, uint32_t word, unsigned at)
{
	unsigned c = word >> (at * 8) & 0xff;

	if (c == '\'' || c == '\\')
		return decoder_printf(d, "'\\%c'", c);
	return decoder_printf(d, c >= ' ' && c < 0x7f ? "'%c'" : "'\\x%02x'", c);
}

static void add_fourcc(struct decoder *d, const char *name, uint32_t code, struct value *ret)
{
	ret = list_add(d, ret, name);
	macro_init(ret, "v4l2_fourcc");
	for (unsigned at = 0; at < 4; at++)
		value_set_name(list_add(d, ret, NULL), character(d, code, at));
	ret->comment = flag_set_exact(&flags_v4l2_fourcc, code);
}

static void add_fraction(
	struct decoder *d, const char *name, const struct v4l2_fract *from, struct value *ret)
{
	value_set_name(list_add(d, ret, name),
		decoder_printf(d, "%u/%u", from->numerator, from->denominator));
}

SHAPE(video_device, struct v4l2_capability)
{
	struct value *version;

	ADD_TEXT(driver);
	ADD_TEXT(card);
	ADD_TEXT(bus_info);
	version = list_add(d, ret, "version");
	macro_init(version, "KERNEL_VERSION");
	value_set_uint(list_add(d, version, NULL), from->version >> 16);
	value_set_uint(list_add(d, version, NULL), from->version >> 8 & 0xff);
	value_set_uint(list_add(d, version, NULL), from->version & 0xff);
	ADD_FLAGS(capabilities, v4l2_cap);
	if (from->capabilities & V4L2_CAP_DEVICE_CAPS)
		ADD_FLAGS(device_caps, v4l2_cap);
}

SHAPE(video_format_entry, struct v4l2_fmtdesc)
{
	ADD_UINT(index);
	ADD_ENUM(type, v4l2_buf_type);
	if (!d->done)
		return;
	ADD_FLAGS(flags, v4l2_fmt_flags);
	ADD_TEXT(description);
	add_fourcc(d, "pixelformat", from->pixelformat, ret);
}

SHAPE(video_rect, struct v4l2_rect)
{
	ADD_INT(left);
	ADD_INT(top);
	ADD_UINT(width);
	ADD_UINT(height);
}

static void add_pixels(struct decoder *d, const struct v4l2_pix_format *from, struct value *ret)
{
	ret = list_add(d, ret, "fmt.pix");
	ADD_UINT(width);
	ADD_UINT(height);
	add_fourcc(d, "pixelformat", from->pixelformat, ret);
	ADD_ENUM(field, v4l2_field);
	ADD_UINT(bytesperline);
	ADD_UINT(sizeimage);
	ADD_ENUM(colorspace, v4l2_colorspace);
}

static void add_planes(
	struct decoder *d, const struct v4l2_pix_format_mplane *from, struct value *ret)
{
	size_t nr = MIN(from->num_planes, VIDEO_MAX_PLANES);
	struct value *planes;

	ret = list_add(d, ret, "fmt.pix_mp");
	ADD_UINT(width);
	ADD_UINT(height);
	add_fourcc(d, "pixelformat", from->pixelformat, ret);
	ADD_ENUM(field, v4l2_field);
	ADD_ENUM(colorspace, v4l2_colorspace);
	planes = list_add(d, ret, "plane_fmt");
	list_init(planes, VALUE_ARRAY);
	for (size_t i = 0; i < nr; i++) {
		struct value *plane = list_add(d, planes, NULL);

		value_set_uint(list_add(d, plane, "sizeimage"), from->plane_fmt[i].sizeimage);
		value_set_uint(list_add(d, plane, "bytesperline"), from->plane_fmt[i].bytesperline);
	}
	ADD_UINT(num_planes);
}

static void add_format(struct decoder *d, const struct v4l2_format *from, struct value *ret)
{
	struct value *fmt;

	switch (from->type) {
	case V4L2_BUF_TYPE_VIDEO_CAPTURE:
	case V4L2_BUF_TYPE_VIDEO_OUTPUT: add_pixels(d, &from->fmt.pix, ret); break;
	case V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE:
	case V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE: add_planes(d, &from->fmt.pix_mp, ret); break;
	case V4L2_BUF_TYPE_SDR_CAPTURE:
	case V4L2_BUF_TYPE_SDR_OUTPUT:
		fmt = list_add(d, ret, "fmt.sdr");
		add_fourcc(d, "pixelformat", from->fmt.sdr.pixelformat, fmt);
		value_set_uint(list_add(d, fmt, "buffersize"), from->fmt.sdr.buffersize);
		break;
	case V4L2_BUF_TYPE_META_CAPTURE:
	case V4L2_BUF_TYPE_META_OUTPUT:
		fmt = list_add(d, ret, "fmt.meta");
		add_fourcc(d, "dataformat", from->fmt.meta.dataformat, fmt);
		value_set_uint(list_add(d, fmt, "buffersize"), from->fmt.meta.buffersize);
		break;
	}
}

SHAPE(video_format, struct v4l2_format)
{
	ADD_ENUM(type, v4l2_buf_type);
	add_format(d, from, ret);
}

SHAPE(video_format_got, struct v4l2_format)
{
	ADD_ENUM(type, v4l2_buf_type);
	if (d->done)
		add_format(d, from, ret);
}

SHAPE(video_format_set, struct v4l2_format)
{
	add_format(d, from, ret);
}

SHAPE(video_buffers, struct v4l2_requestbuffers)
{
	ADD_ENUM(type, v4l2_buf_type);
	ADD_ENUM(memory, v4l2_memory);
	ADD_UINT(count);
}

SHAPE(video_buffers_made, struct v4l2_requestbuffers)
{
	ADD_UINT(count);
}

SHAPE(video_more_buffers, struct v4l2_create_buffers)
{
	ADD_UINT(count);
	ADD_ENUM(memory, v4l2_memory);
	ADD_SHAPE(format, video_format);
}

SHAPE(video_more_buffers_made, struct v4l2_create_buffers)
{
	ADD_UINT(index);
	ADD_UINT(count);
}

SHAPE(video_buffer, struct v4l2_buffer)
{
	ADD_ENUM(type, v4l2_buf_type);
	if (!d->done && arg_u32(d, 1) == VIDIOC_DQBUF)
		return;
	ADD_UINT(index);
	if (!d->done)
		return;
	ADD_ENUM(memory, v4l2_memory);
	switch (from->memory) {
	case V4L2_MEMORY_MMAP: value_set_hex(list_add(d, ret, "m.offset"), from->m.offset); break;
	case V4L2_MEMORY_USERPTR:
		value_set_addr(list_add(d, ret, "m.userptr"), from->m.userptr);
		break;
	case V4L2_MEMORY_DMABUF: value_set_fd(list_add(d, ret, "m.fd"), from->m.fd); break;
	}
	ADD_UINT(length);
	ADD_UINT(bytesused);
	ADD_FLAGS(flags, v4l2_buf_flags);
	if (arg_u32(d, 1) == VIDIOC_DQBUF)
		value_set_time(d, list_add(d, ret, "timestamp"), from->timestamp.tv_sec,
			from->timestamp.tv_usec, "tv_usec");
	ret->flags |= VALUE_ABBREV;
}

SHAPE(video_export, struct v4l2_exportbuffer)
{
	ADD_ENUM(type, v4l2_buf_type);
	ADD_UINT(index);
	ADD_UINT(plane);
	ADD_FLAGS(flags, open);
}

SHAPE(video_exported, struct v4l2_exportbuffer)
{
	ADD_FD(fd);
}

SHAPE(video_stream, uint32_t)
{
	value_set_enum(ret, *from, &flags_v4l2_buf_type);
}

static void add_parameters(
	struct decoder *d, const struct v4l2_streamparm *whole, struct value *ret)
{
	if (whole->type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
		const struct v4l2_captureparm *from = &whole->parm.capture;

		ret = list_add(d, ret, "parm.capture");
		ADD_FLAGS(capability, v4l2_cap_parm);
		ADD_FLAGS(capturemode, v4l2_mode);
		add_fraction(d, "timeperframe", &from->timeperframe, ret);
		ADD_HEX(extendedmode);
		ADD_UINT(readbuffers);
	} else if (whole->type == V4L2_BUF_TYPE_VIDEO_OUTPUT) {
		const struct v4l2_outputparm *from = &whole->parm.output;

		ret = list_add(d, ret, "parm.output");
		ADD_FLAGS(capability, v4l2_cap_parm);
		ADD_FLAGS(outputmode, v4l2_mode);
		add_fraction(d, "timeperframe", &from->timeperframe, ret);
		ADD_HEX(extendedmode);
		ADD_UINT(writebuffers);
	}
}

SHAPE(video_parameters, struct v4l2_streamparm)
{
	ADD_ENUM(type, v4l2_buf_type);
	if (d->done || arg_u32(d, 1) == VIDIOC_S_PARM)
		add_parameters(d, from, ret);
}

SHAPE(video_parameters_set, struct v4l2_streamparm)
{
	add_parameters(d, from, ret);
}

SHAPE(video_standard, uint64_t)
{
	value_set_hex(ret, *from);
}

SHAPE(video_input, struct v4l2_input)
{
	ADD_UINT(index);
	if (!d->done)
		return;
	ADD_TEXT(name);
	ADD_ENUM(type, v4l2_input_type);
	ADD_HEX(audioset);
	ADD_UINT(tuner);
	ADD_HEX(std);
	ADD_FLAGS(status, v4l2_input_status);
	ADD_FLAGS(capabilities, v4l2_input_cap);
}

SHAPE(video_control, struct v4l2_control)
{
	ADD_ENUM(id, v4l2_cid);
	if (d->done || arg_u32(d, 1) == VIDIOC_S_CTRL)
		ADD_INT(value);
}

static void add_control_id(struct decoder *d, uint32_t id, struct value *ret)
{
	uint32_t plain = id & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);

	ret = list_add(d, ret, "id");
	if (plain == id) {
		value_set_enum(ret, id, &flags_v4l2_cid);
		return;
	}
	list_init(ret, VALUE_OR);
	if (id & V4L2_CTRL_FLAG_NEXT_CTRL)
		value_set_name(list_add(d, ret, NULL), "V4L2_CTRL_FLAG_NEXT_CTRL");
	if (id & V4L2_CTRL_FLAG_NEXT_COMPOUND)
		value_set_name(list_add(d, ret, NULL), "V4L2_CTRL_FLAG_NEXT_COMPOUND");
	if (plain)
		value_set_enum(list_add(d, ret, NULL), plain, &flags_v4l2_cid);
}

SHAPE(video_control_asked, struct v4l2_queryctrl)
{
	add_control_id(d, from->id, ret);
}

SHAPE(video_control_told, struct v4l2_queryctrl)
{
	add_control_id(d, from->id, ret);
	ADD_ENUM(type, v4l2_ctrl_type);
	ADD_TEXT(name);
	if (!d->opts->verbose) {
		ret->flags |= VALUE_ABBREV;
		return;
	}
	ADD_INT(minimum);
	ADD_INT(maximum);
	ADD_INT(step);
	ADD_INT(default_value);
	ADD_FLAGS(flags, v4l2_ctrl_flags);
}

SHAPE(video_crop_limits, struct v4l2_cropcap)
{
	ADD_ENUM(type, v4l2_buf_type);
	if (!d->done)
		return;
	ADD_SHAPE(bounds, video_rect);
	ADD_SHAPE(defrect, video_rect);
	add_fraction(d, "pixelaspect", &from->pixelaspect, ret);
}

SHAPE(video_crop, struct v4l2_crop)
{
	ADD_ENUM(type, v4l2_buf_type);
	if (d->done || arg_u32(d, 1) == VIDIOC_S_CROP)
		ADD_SHAPE(c, video_rect);
}

SHAPE(video_size, struct v4l2_frmsizeenum)
{
	ADD_UINT(index);
	add_fourcc(d, "pixel_format", from->pixel_format, ret);
	if (!d->done)
		return;
	ADD_ENUM(type, v4l2_frame_size);
	if (from->type == V4L2_FRMSIZE_TYPE_DISCRETE) {
		struct value *size = list_add(d, ret, "discrete");

		value_set_uint(list_add(d, size, "width"), from->discrete.width);
		value_set_uint(list_add(d, size, "height"), from->discrete.height);
	} else if (from->type == V4L2_FRMSIZE_TYPE_STEPWISE ||
		   from->type == V4L2_FRMSIZE_TYPE_CONTINUOUS) {
		struct value *size = list_add(d, ret, "stepwise");

		value_set_uint(list_add(d, size, "min_width"), from->stepwise.min_width);
		value_set_uint(list_add(d, size, "max_width"), from->stepwise.max_width);
		value_set_uint(list_add(d, size, "step_width"), from->stepwise.step_width);
		value_set_uint(list_add(d, size, "min_height"), from->stepwise.min_height);
		value_set_uint(list_add(d, size, "max_height"), from->stepwise.max_height);
		value_set_uint(list_add(d, size, "step_height"), from->stepwise.step_height);
	}
}

SHAPE(video_interval, struct v4l2_frmivalenum)
{
	ADD_UINT(index);
	add_fourcc(d, "pixel_format", from->pixel_format, ret);
	ADD_UINT(width);
	ADD_UINT(height);
	if (!d->done)
		return;
	ADD_ENUM(type, v4l2_frame_interval);
	if (from->type == V4L2_FRMIVAL_TYPE_DISCRETE) {
		add_fraction(d, "discrete", &from->discrete, ret);
	} else if (from->type == V4L2_FRMIVAL_TYPE_STEPWISE ||
		   from->type == V4L2_FRMIVAL_TYPE_CONTINUOUS) {
		struct value *step = list_add(d, ret, "stepwise");

		add_fraction(d, "min", &from->stepwise.min, step);
		add_fraction(d, "max", &from->stepwise.max, step);
		add_fraction(d, "step", &from->stepwise.step, step);
	}
}

static const struct ioctl_row rows[] = {
	REQUEST_OUT(VIDIOC_QUERYCAP, video_device),
	REQUEST_FILL(VIDIOC_ENUM_FMT, video_format_entry),
	REQUEST_FILL(VIDIOC_G_FMT, video_format_got),
	REQUEST_CHANGE(VIDIOC_S_FMT, video_format, video_format_set),
	REQUEST_CHANGE(VIDIOC_TRY_FMT, video_format, video_format_set),
	REQUEST_CHANGE(VIDIOC_REQBUFS, video_buffers, video_buffers_made),
	REQUEST_CHANGE(VIDIOC_CREATE_BUFS, video_more_buffers, video_more_buffers_made),
	REQUEST_FILL(VIDIOC_QUERYBUF, video_buffer),
	REQUEST_FILL(VIDIOC_QBUF, video_buffer),
	REQUEST_FILL(VIDIOC_DQBUF, video_buffer),
	REQUEST_CHANGE(VIDIOC_EXPBUF, video_export, video_exported),
	REQUEST_IN(VIDIOC_STREAMON, video_stream),
	REQUEST_IN(VIDIOC_STREAMOFF, video_stream),
	REQUEST_FILL(VIDIOC_G_PARM, video_parameters),
	REQUEST_CHANGE(VIDIOC_S_PARM, video_parameters, video_parameters_set),
	REQUEST_OUT(VIDIOC_G_STD, video_standard),
	REQUEST_IN(VIDIOC_S_STD, video_standard),
	REQUEST_FILL(VIDIOC_ENUMINPUT, video_input),
	REQUEST_OUT(VIDIOC_G_INPUT, int),
	REQUEST_IN_OUT(VIDIOC_S_INPUT, int),
	REQUEST_FILL(VIDIOC_G_CTRL, video_control),
	REQUEST_IN_OUT(VIDIOC_S_CTRL, video_control),
	REQUEST_CHANGE(VIDIOC_QUERYCTRL, video_control_asked, video_control_told),
	REQUEST_FILL(VIDIOC_CROPCAP, video_crop_limits),
	REQUEST_FILL(VIDIOC_G_CROP, video_crop),
	REQUEST_IN(VIDIOC_S_CROP, video_crop),
	REQUEST_FILL(VIDIOC_ENUM_FRAMESIZES, video_size),
	REQUEST_FILL(VIDIOC_ENUM_FRAMEINTERVALS, video_interval),
};

IOCTL_TABLE(video);
