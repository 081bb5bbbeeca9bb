import type { Instant } from '#lib/domain/time.ts';

/** What rotates from session to session. */
export const roles = ['facilitator', 'presenter', 'scribe', 'host'] as const;
export type Role = (typeof roles)[number];

/** A current member of the group. */
export type Member = { id: string; joinedAt: Instant };

/** A role that a member held in one session. One that was planned or skipped is not held. */
export type RoleHeld = { memberId: string; role: Role; sessionId: string; at: Instant };
