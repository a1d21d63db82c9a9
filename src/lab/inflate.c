// SPDX-License-Identifier: GPL-2.0
/*
 * inflate: how fast memory leaves a guest and comes back. An iteration:
 *
 *	fill	threads write to nearly all memory, and give it back: it is the host's then
 *	shrink	to the least; resident memory of QEMU after it, and when all was filled
 *	grow	to the most
 *	install	threads write to nearly all memory for the first time since it left
 *	retouch	and once more, now that it is there
 *
 * with a quiet time after each resize. An untouched guest is only shrunk and grown.
 */
#include <errno.h>

#include "core/util.h"
#include "lab/bench.h"

static int fill_and_release(struct bt_lab *lab, uint64_t *rss_bytes, struct bt_err *err)
{
	struct bt_lab_memory_work work = { .threads = lab->options->threads };
	int ret = bt_lab_fillable(lab, 0, &work.bytes, err);

	if (!ret)
		ret = bt_lab_fill(lab, 0, &work, err);
	/* While it is held: a mode that reclaims by itself begins when it is given back. */
	*rss_bytes = bt_lab_rss(lab, 0);
	if (!ret)
		bt_lab_run_value(lab->run, "fill_bytes", (double)work.bytes);
	return ret ? ret : bt_lab_release(lab, 0, err);
}

static int shrink(struct bt_lab *lab, uint64_t rss_bytes, struct bt_err *err)
{
	int ret = bt_lab_resize_to(lab, 0, lab->options->size.least_bytes, "shrink", err);

	if (!ret)
		ret = bt_lab_settle(lab, err);
	if (ret)
		return ret;
	bt_lab_run_value(lab->run, "rss_before_bytes", (double)rss_bytes);
	bt_lab_run_value(lab->run, "rss_after_bytes", (double)bt_lab_rss(lab, 0));
	return 0;
}

static int grow(struct bt_lab *lab, struct bt_err *err)
{
	int ret = bt_lab_resize_to(lab, 0, lab->options->size.memory_bytes, "grow", err);

	return ret ? ret : bt_lab_settle(lab, err);
}

static int install(struct bt_lab *lab, struct bt_err *err)
{
	struct bt_lab_memory_work first = { .threads = lab->options->threads }, again = first;
	int ret = bt_lab_fillable(lab, 0, &first.bytes, err);

	if (!ret)
		ret = bt_lab_fill(lab, 0, &first, err);
	if (!ret)
		ret = bt_lab_touch(lab, 0, &again, err);
	if (!ret)
		ret = bt_lab_release(lab, 0, err);
	if (ret)
		return ret;
	bt_lab_run_value(lab->run, "install_ns", (double)first.ns);
	bt_lab_run_value(lab->run, "install_bytes", (double)first.bytes);
	bt_lab_run_value(lab->run, "retouch_ns", (double)again.ns);
	bt_lab_run_value(lab->run, "retouch_bytes", (double)again.bytes);
	return 0;
}

static int iterate(struct bt_lab *lab, struct bt_err *err)
{
	bool touched = !lab->options->untouched;
	uint64_t rss_bytes = bt_lab_rss(lab, 0);
	int ret = touched ? fill_and_release(lab, &rss_bytes, err) : 0;

	if (!ret)
		ret = bt_lab_settle(lab, err);
	if (!ret)
		ret = shrink(lab, rss_bytes, err);
	if (!ret)
		ret = grow(lab, err);
	if (!ret && touched)
		ret = install(lab, err);
	return ret;
}

int bt_lab_inflate(struct bt_lab *lab, struct bt_err *err)
{
	int ret = bt_lab_boot(lab, err);

	bt_lab_run_parameter(lab->run, "touched", "%s", lab->options->untouched ? "no" : "yes");
	if (!ret)
		ret = bt_lab_settle(lab, err);
	while (!ret && lab->iteration < lab->options->iterations) {
		lab->iteration++;
		ret = iterate(lab, err);
	}
	return ret;
}
