/*
 * Numbered fault points. Every durable step calls fault_point() right before
 * and right after it takes effect; GIT_AGENT_FAULT=<n> ends the process, as
 * kill -9 would, at the n-th call. With GIT_AGENT_FAULT_LOG=<file> each call
 * appends its number and name there, which is how a test learns the count.
 */
#ifndef UTIL_FAULT_H
#define UTIL_FAULT_H

void fault_point(const char *step);

#endif
