// SPDX-License-Identifier: GPL-2.0
#include "ui/effect.h"

#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "ui/text.h"

struct situation {
	const struct bt_param *param;
	const struct bt_config *config;
	const struct bt_machine *machine;
};

static void effect_order(const struct situation *s, char *buf)
{
	char text[UI_TEXT];

	if (bt_config_is_mix(s->config)) {
		snprintf(buf, UI_EFFECT, "each block of an order by these weights, up to %s",
			 bt_text_bytes((uint64_t)s->machine->page_bytes << s->config->order, text,
				       sizeof(text)));
		return;
	}
	snprintf(buf, UI_EFFECT, "%u %s, %s a block", 1u << s->config->order,
		 s->config->order ? "pages" : "page",
		 bt_text_bytes((uint64_t)s->machine->page_bytes << s->config->order, text,
			       sizeof(text)));
}

static unsigned mask_cpus(const struct situation *s)
{
	return bt_mask_weight(s->config->cpus, BT_CPU_WORDS);
}

static void effect_cpus(const struct situation *s, char *buf)
{
	snprintf(buf, UI_EFFECT, "%u of %u CPUs", mask_cpus(s),
		 bt_mask_weight(s->machine->possible_cpus, BT_CPU_WORDS));
}

static void share_of_memory(const struct situation *s, uint64_t bytes, char *buf)
{
	uint64_t total = s->machine->memory_bytes;
	char percent[UI_TEXT];

	if (!total || total == BT_UNKNOWN)
		snprintf(buf, UI_EFFECT, "of all memory");
	else
		snprintf(buf, UI_EFFECT, "%s of memory",
			 ui_text_percent((double)bytes / (double)total, percent));
}

static void effect_held(const struct situation *s, char *buf)
{
	char share[UI_EFFECT], text[UI_TEXT];
	unsigned cpus = mask_cpus(s);

	share_of_memory(s, s->config->max_held_bytes, share);
	snprintf(buf, UI_EFFECT, "%.60s, %s a CPU", share,
		 bt_text_bytes(s->config->max_held_bytes / (cpus ? cpus : 1), text, sizeof(text)));
}

static void effect_reserve(const struct situation *s, char *buf)
{
	share_of_memory(s, s->config->reserve_bytes, buf);
}

static void effect_batch(const struct situation *s, char *buf)
{
	char text[UI_TEXT];

	snprintf(buf, UI_EFFECT, "blocks a burst, %s",
		 bt_text_bytes(s->machine->page_bytes * ant_burst_pages(s->config), text,
			       sizeof(text)));
}

static void effect_bulk(const struct situation *s, char *buf)
{
	char text[UI_TEXT];

	if (!s->config->bulk_pages)
		snprintf(buf, UI_EFFECT, "a call for each block");
	else
		snprintf(buf, UI_EFFECT, "pages a call, %s, timed as a whole",
			 bt_text_bytes((uint64_t)s->machine->page_bytes * s->config->bulk_pages, text,
				       sizeof(text)));
}

static void effect_pace(const struct situation *s, char *buf)
{
	char text[UI_TEXT];

	if (!s->config->pace_ops)
		snprintf(buf, UI_EFFECT, "as fast as each CPU can");
	else
		snprintf(buf, UI_EFFECT, "operations a second on each CPU, %s in all",
			 ui_text_rate((double)s->config->pace_ops * mask_cpus(s), text));
}

static void effect_lease(const struct situation *s, char *buf)
{
	snprintf(buf, UI_EFFECT, "%s", s->config->lease_ms ?
		 "the load stops when we are silent that long" :
		 "the load goes on when we fall silent");
}

static void effect_limit(const struct situation *s, char *buf)
{
	snprintf(buf, UI_EFFECT, "%s", s->config->run_limit_ms ?
		 "the load stops that long after its start" : "the load ends when it is told to");
}

static void effect_sample(const struct situation *s, char *buf)
{
	if (s->config->sample_every > 1)
		snprintf(buf, UI_EFFECT, "times one in %u allocations and frees, counts all",
			 s->config->sample_every);
	else
		snprintf(buf, UI_EFFECT, "every operation is timed");
}

/* Only the module is told of an OOM kill before it comes. */
static void effect_guard(const struct situation *s, char *buf)
{
	if (s->config->guard == BT_GUARD_SAFE && !s->machine->abi_version)
		snprintf(buf, UI_EFFECT, "keeps the reserve available, is the first that is OOM-killed");
	else
		snprintf(buf, UI_EFFECT, "%s", s->param->choices[s->config->guard].help);
}

/* Parameters whose value needs words that depend on the machine; the others have help texts. */
static const struct {
	const char *name;
	void (*write)(const struct situation *s, char *buf);
} effects[] = {
	{ "order", effect_order }, { "cpus", effect_cpus },	  { "held", effect_held },
	{ "batch", effect_batch }, { "reserve", effect_reserve }, { "pace", effect_pace },
	{ "lease", effect_lease }, { "limit", effect_limit },	  { "sample", effect_sample },
	{ "guard", effect_guard }, { "bulk", effect_bulk },
};

const char *ui_effect(const struct bt_param *param, const struct bt_config *config,
		      const struct bt_machine *machine, char buf[UI_EFFECT])
{
	const struct situation s = { param, config, machine };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(effects); i++) {
		if (!strcmp(effects[i].name, param->name)) {
			effects[i].write(&s, buf);
			return buf;
		}
	}
	snprintf(buf, UI_EFFECT, "%s",
		 param->choices ? param->choices[bt_param_get(param, config)].help : param->help);
	return buf;
}

const char *ui_effect_value(const struct bt_param *param, const struct bt_config *config,
			    char *buf, size_t size)
{
	if (param->offset == offsetof(struct bt_config, pace_ops) && !config->pace_ops)
		snprintf(buf, size, "flat out");
	else
		bt_param_text(param, config, buf, size);
	return buf;
}
