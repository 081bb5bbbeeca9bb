import { tick } from 'svelte';

/** Puts the cursor into the first field of a form that says what is wrong with it. */
export async function focusWrong(form: HTMLElement): Promise<void> {
	await tick();
	form.querySelector<HTMLElement>('[aria-invalid]')?.focus();
}

/** Puts the cursor into the first field as soon as its form is there. */
export function focusFirst(form: HTMLFormElement): void {
	form.querySelector('input')?.focus();
}
