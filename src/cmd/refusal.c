#include "cmd/refusal.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

char *refusal_advice(const struct strs *blocked)
{
	static const struct {
		const char *mark, *text;
	} rows[] = {
		{": forbidden:",
		 "'git agent member list' shows who may; 'git agent state <id> <state>' takes a "
		 "change of state back;\n"
		 "with another role, the next 'git agent sync' sends it again"},
		{": four_eyes:",
		 "somebody else who is an approver sets this state; in a team without one, an "
		 "admin adds one:\ngit agent member add --role approver <e-mail address>"},
		{": bad_transition:", "'git agent state <id>' shows where it may go from here"},
		{": stale_approval:",
		 "'git agent sync', read it again, and approve what it says now"},
		{": num_taken:", "'git agent mv <id> --label <new-id>' gives it another id"},
		{" is no kind of artifact",
		 "the server does not know the kinds of your .agent/config: "
		 "'git agent sync rules'"},
		{": frozen:", "its state has to change before its text can"},
	};
	struct mem_stream s;
	int n = 0;

	mem_stream_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool said = false;

		for (size_t b = 0; b < blocked->len && !said; b++)
			said = strstr(blocked->at[b], rows[i].mark) != NULL;
		if (said)
			fprintf(s.file, "%s%s", n++ ? "\n" : "", rows[i].text);
	}
	return mem_stream_close(&s, NULL);
}
