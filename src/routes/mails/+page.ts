import { error } from '@sveltejs/kit';
import { env } from '$env/dynamic/public';

/** Mails are shown in demo mode only: elsewhere this address does not exist. */
export function load(): void {
	if (!env.PUBLIC_CERCLE_DEMO) error(404);
}
