/* What units are called, how alike they are, and how they sort. Private to merge/. */
#ifndef MERGE_NAME_H
#define MERGE_NAME_H

#include "merge/units.h"

/* The key of a unit (see struct unit), within its text. */
struct slice name_of(const struct unit *u);
/* The words of a text, to be compared with many others. */
struct name_bag {
	unsigned *at;
	size_t len;
};
struct name_bag name_bag(struct slice s);
void name_bag_release(struct name_bag *bag);
/* As name_alike and name_within. */
double name_bags_alike(const struct name_bag *a, const struct name_bag *b);
bool name_bag_within(const struct name_bag *a, const struct name_bag *b);
/* Words in common, of 2 * common / all (Dice): 0..1. Blanks, punctuation and case do not count. */
double name_alike(struct slice a, struct slice b);
/* One is the other with one or two letters put in, taken out or changed at one place. */
bool name_one_letter_off(struct slice a, struct slice b);
/* One has all the words of the other. */
bool name_within(struct slice a, struct slice b);
/* Both name the same issue (#12), or link the same words. */
bool name_same_topic(struct slice a, struct slice b);
/* Both link to the same place first. */
bool name_same_target(struct slice a, struct slice b);
/* The number of the first issue (#12) in s; 0: none. */
size_t name_issue(struct slice s);
/* Equal but for the amount of white space. */
bool name_same_words(struct slice a, struct slice b);
/* Equal but for white space and the markers of list items. */
bool name_same_but_looks(struct slice a, struct slice b);
/* Equal but for white space at the ends of lines. */
bool name_same_but_ends(struct slice a, struct slice b);
/* All bullets in it are the same. */
bool name_one_bullet(struct slice text);
/* Order of people: numbers by value, letters without case; bytes decide between equals. */
int name_compare(struct slice a, struct slice b);
/* The heading is a version or a date, which mostly stand newest first. */
bool name_is_version(struct slice label);

#endif
