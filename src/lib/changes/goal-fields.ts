import * as z from 'zod/mini';
import { goalStatuses, stages } from '#lib/domain/goals/goal.ts';

/** The fields of a goal that its owner edits. */
export const goalFields = z.object({
	title: z.exactOptional(z.string()),
	year: z.exactOptional(z.number()),
	quarter: z.exactOptional(z.nullable(z.number())),
	stage: z.exactOptional(z.nullable(z.enum(stages))),
	measure: z.exactOptional(z.string()),
	means: z.exactOptional(z.string()),
	reason: z.exactOptional(z.string()),
	shared: z.exactOptional(z.boolean()),
	status: z.exactOptional(z.enum(goalStatuses)),
	line: z.exactOptional(z.string())
});
/** What a member may change of a goal. */
export type GoalChanges = z.infer<typeof goalFields>;
