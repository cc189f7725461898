#include "util/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned long count;

void fault_point(const char *step)
{
	static const char *die_at, *log;
	static int looked;

	if (!looked) {
		looked = 1;
		die_at = getenv("GIT_AGENT_FAULT");
		log = getenv("GIT_AGENT_FAULT_LOG");
	}
	if (!die_at && !log)
		return;
	count++;
	if (log) {
		FILE *file = fopen(log, "a");

		if (file) {
			fprintf(file, "%lu %s\n", count, step);
			fclose(file);
		}
	}
	if (die_at && strtoul(die_at, NULL, 10) == count)
		_exit(137);
}
