// SPDX-License-Identifier: GPL-2.0
/*
 * Who runs this machine: on x86 the CPU itself says so, elsewhere the firmware, and where neither
 * does it is not known.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "system/files.h"

/* Of the CPU. A hypervisor may have told it to be silent. */
enum answer { ANSWER_UNKNOWN, ANSWER_NONE, ANSWER_HYPERVISOR };

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#define HYPERVISOR_BIT (1u << 31)	/* of leaf 1, ecx */
#define HYPERVISOR_LEAF 0x40000000u

static enum answer ask_cpu(char signature[13])
{
	unsigned eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
		return ANSWER_UNKNOWN;
	if (!(ecx & HYPERVISOR_BIT))
		return ANSWER_NONE;
	__cpuid(HYPERVISOR_LEAF, eax, ebx, ecx, edx);
	memcpy(signature, &ebx, 4);
	memcpy(signature + 4, &ecx, 4);
	memcpy(signature + 8, &edx, 4);
	signature[12] = '\0';
	return ANSWER_HYPERVISOR;
}
#else
static enum answer ask_cpu(char signature[13])
{
	(void)signature;
	return ANSWER_UNKNOWN;
}
#endif

/* What each of them calls itself, in that leaf or in those files. */
static const struct {
	const char *text, *name;
} known[] = {
	{ "TCGTCGTCGTCG", "tcg" },    { "KVMKVMKVM", "kvm" },
	{ "Microsoft Hv", "hyperv" }, { "VMwareVMware", "vmware" },
	{ "XenVMMXenVMM", "xen" },    { "bhyve bhyve ", "bhyve" },
	{ "VBoxVBoxVBox", "vbox" },   { "ACRNACRNACRN", "acrn" },
	{ "linux,kvm", "kvm" },	      { "xen", "xen" },
	{ "QEMU", "qemu" },
};

static const char *name_of(const char *text)
{
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(known); i++) {
		if (!strncmp(text, known[i].text, strlen(known[i].text)))
			return known[i].name;
	}
	return "";
}

const char *bt_system_hypervisor(struct bt_system *system)
{
	static const char *const files[] = {
		"/sys/hypervisor/type",
		"/proc/device-tree/hypervisor/compatible",
		"/sys/class/dmi/id/sys_vendor",
	};
	char path[PATH_MAX], signature[13], *text;
	enum answer answer = *system->root ? ANSWER_UNKNOWN : ask_cpu(signature);
	const char *name = answer == ANSWER_HYPERVISOR ? name_of(signature) : "";
	unsigned i;

	for (i = 0; !*name && i < BT_ARRAY_SIZE(files); i++) {
		bt_system_path(system, path, "%s", files[i]);
		if (bt_read_file(path, 4096, &text, NULL) < 0)
			continue;
		name = name_of(text);
		free(text);
	}
	if (!*name && answer != ANSWER_UNKNOWN)
		name = answer == ANSWER_NONE ? "none" : "other";
	return name;
}
