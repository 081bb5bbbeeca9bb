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

/** What was pressed may go away with the press: the keyboard then goes on from the same place. */
export async function keepFocus(place: HTMLElement | undefined): Promise<void> {
	await tick();
	if (document.activeElement !== document.body) return;
	place?.querySelector('button')?.focus({ preventScroll: true });
}

/** Where nothing is left to press: the keyboard goes on from the content, not from the page's top. */
export function focusContent(): void {
	document.getElementById('content')?.focus({ preventScroll: true });
}
