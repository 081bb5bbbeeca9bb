/**
 * Texts that become code, markup, an address or a format where somebody forgets to treat them as text.
 * What they would do is visible: a dialog, `window.taken`, an element marked `data-taken`, a request,
 * a page in another shape.
 */
export const HOSTILE: readonly string[] = [
	// Elements, in the cases and spellings that parsers repair.
	'<script>window.taken=1;alert(1)</script>',
	'<ScRiPt data-taken>alert(1)</sCrIpT>',
	'</title></style></textarea></noscript><script data-taken>alert(1)</script>',
	'<img data-taken src=x onerror="window.taken=1;alert(1)">',
	'<img data-taken src=x onerror=alert`1`//',
	'<<img data-taken src onerror=alert(1)>>',
	'<body data-taken onload=alert(1)>',
	'<details data-taken open ontoggle=alert(1)>x',
	'<input data-taken autofocus onfocus=alert(1)>',
	'<video data-taken><source onerror=alert(1)>',
	'<iframe data-taken srcdoc="<script>parent.taken=1</script>"></iframe>',
	'<object data-taken data="data:text/html,<script>alert(1)</script>"></object>',
	'<base data-taken href="https://elsewhere.example/">',
	'<meta data-taken http-equiv="refresh" content="0;url=https://elsewhere.example/">',
	'<link data-taken rel=stylesheet href="https://elsewhere.example/x.css">',
	'<form data-taken action="https://elsewhere.example/"><button>x</button></form>',
	'<template data-taken><script>alert(1)</script></template>',
	'<!--><img data-taken src=x onerror=alert(1)>-->',
	'<![CDATA[<img data-taken src=x onerror=alert(1)>]]>',
	// Out of an attribute.
	'" data-taken onmouseover="alert(1)" x="',
	"' data-taken autofocus onfocus='alert(1)",
	'x` data-taken onmouseover=`alert(1)',
	'"><svg data-taken onload=alert(1)>',
	// Drawings and formulas.
	'<svg data-taken><animate onbegin=alert(1) attributeName=x dur=1s>',
	'<svg data-taken><script href="data:,alert(1)"/></svg>',
	'<svg><a data-taken xlink:href="javascript:alert(1)"><text y=9>x</text></a></svg>',
	'<math data-taken><mi xlink:href="javascript:alert(1)">x</mi></math>',
	'<math><mtext><table><mglyph><style><!--</style><img data-taken src=x onerror=alert(1)>',
	// Addresses.
	'javascript:alert(document.domain)',
	'java\tscript:alert(1)',
	'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
	'<a data-taken href="jAvAsCrIpT:alert(1)">x</a>',
	'https://elsewhere.example/?q=<script>alert(1)</script>',
	// Templates, scripts, formats.
	'{{constructor.constructor("alert(1)")()}}',
	'${alert(1)} #{alert(1)} <%= alert(1) %> {@html "<img data-taken>"}',
	'</script><script data-taken>alert(1)//',
	'";alert(1);//',
	'[x](javascript:alert(1)) ![x](https://elsewhere.example/x.png) <b data-taken>x</b>',
	'`alert(1)` **x** # x\n- [ ] <img data-taken src=x onerror=alert(1)>',
	'=HYPERLINK("https://elsewhere.example/","x")',
	'%s %n %x {0} %3Cscript%3Ealert(1)%3C/script%3E &lt;script&gt;alert(1)&lt;/script&gt;',
	"'; drop table cercle.groups; --",
	'__proto__',
	// Styles.
	'</style><style data-taken>*{display:none}</style>',
	'x;background:url(https://elsewhere.example/x.png);position:fixed;inset:0',
	'<div data-taken style="position:fixed;inset:0;background:url(https://elsewhere.example/)">x</div>',
	// Letters that are not what they seem, or very many of them.
	'﹤script﹥alert(1)﹤/script﹥ ＜img src=x onerror=alert(1)＞',
	'a\u200bb\u200dc\ufeffd \u00ad\u2060 \u{1f468}\u200d\u{1f4bb}',
	'Z\u0334\u0335a\u0336\u0337l\u0338\u0321g\u0322\u0327o\u0328'.normalize('NFC'),
	'W'.repeat(200)
];
