// SPDX-License-Identifier: GPL-2.0
#include "bench/plot_lab.h"

#include <fnmatch.h>
#include <string.h>

/* ---- which runs --------------------------------------------------------------------------- */

/* "inflate base-manual order=9", or without the benchmark. */
static bool shown(const struct bt_plot *plot, const struct bt_lab_run *run)
{
	char config[BT_LAB_CONFIG];

	bt_lab_config(run, config);
	return !plot->run || !fnmatch(plot->run, config, 0) ||
	       !fnmatch(plot->run, strchr(config, ' ') + 1, 0);
}

static void add_group(struct bt_plot_groups *groups, unsigned document,
		      const struct bt_lab_group *group)
{
	if (groups->count == BT_PLOT_CURVES_MAX)
		groups->more++;
	else
		groups->group[groups->count++] = (struct bt_plot_group){
			.document = document, .first = group->first, .of = *group };
}

void bt_plot_groups(const struct bt_plot *plot, unsigned benchmarks,
		    bool (*has)(const struct bt_lab_run *run), struct bt_plot_groups *groups)
{
	struct bt_lab_group group;

	*groups = (struct bt_plot_groups){ .count = 0 };
	for (unsigned d = 0; plot->labs && d < plot->count; d++) {
		for (unsigned i = 0; i < plot->labs[d]->count;) {
			i = bt_lab_group_take(plot->labs[d], i, &group);
			if (group.first && (benchmarks >> group.first->benchmark & 1) &&
			    shown(plot, group.first) && has(group.first))
				add_group(groups, d, &group);
		}
	}
}

static bool any(const struct bt_lab_run *run)
{
	(void)run;
	return true;
}

unsigned bt_plot_lab_groups(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, ~0u, any, &groups);
	return groups.count + groups.more;
}

void bt_plot_group_statistics(const struct bt_plot_group *group,
			      const struct bt_lab_metric_kind *kind,
			      struct bt_lab_statistics *statistics)
{
	bt_lab_group_statistics(&group->of, kind, BT_PLOT_CONFIDENCE, statistics);
}

/* ---- what they look like ------------------------------------------------------------------ */

void bt_plot_group_name(const struct bt_plot *plot, const struct bt_plot_group *group, FILE *out)
{
	char config[BT_LAB_CONFIG], letter[4] = "";

	if (plot->count > 1)
		snprintf(letter, sizeof(letter), "%c  ", bt_samples_letter(group->document));
	bt_lab_config(group->first, config);
	bt_plot_quote_format(out, BT_PLOT_LAB_LETTERS, "%s%.200s", letter, strchr(config, ' ') + 1);
}

const char *bt_plot_group_colour(const struct bt_plot *plot, const struct bt_plot_groups *groups,
				 unsigned index, char buf[8])
{
	unsigned before = 0, all = 0;

	if (plot->count == 1)
		return bt_plot_ramp_colour(index, groups->count, buf);
	for (unsigned i = 0; i < groups->count; i++) {
		bool same = groups->group[i].document == groups->group[index].document;

		all += same;
		before += same && i < index;
	}
	return bt_plot_hue_colour(groups->group[index].document,
				  all > 1 ? 0.3 + 0.7 * before / (all - 1) : 1, buf);
}

void bt_plot_lab_frame(const struct bt_plot_box *box, const struct bt_plot_groups *groups,
		       unsigned lines_above, unsigned lines_below, const char *says, FILE *out)
{
	char caption[240];

	bt_plot_frame(out, box, &(struct bt_plot_margins){ .right = BT_PLOT_LAB_RIGHT,
							   .below = 42 + 18.0 * lines_below,
							   .legend_lines = lines_above });
	fprintf(out, "set key at screen %.6g,%.6g left top Left reverse vertical maxcols 1\n",
		(box->left + box->width - (BT_PLOT_LAB_RIGHT - 12) * box->zoom) / box->page_width,
		(box->bottom + box->height - 46 * box->zoom) / box->page_height);
	if (groups->more)
		snprintf(caption, sizeof(caption), "%s; %u more (--run)", says, groups->more);
	bt_plot_caption(out, box, groups->more ? caption : says);
}

void bt_plot_lab_legend(const struct bt_plot *plot, const struct bt_plot_groups *groups,
			const char *style, FILE *out)
{
	char colour[8];

	for (unsigned i = 0; i < groups->count; i++) {
		fprintf(out, "%skeyentry with %s linecolor rgb '%s' title ",
			i ? ", \\\n\t" : "plot ", style,
			bt_plot_group_colour(plot, groups, i, colour));
		bt_plot_group_name(plot, &groups->group[i], out);
	}
}
