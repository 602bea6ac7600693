{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANGUAGE}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{#HAS_ERROR}}{{M_error_prefix}}: {{/HAS_ERROR}}{{TITLE}} · {{PORTAL_HOST}}</title>
<link rel="icon" type="image/svg+xml" href="{{BASE}}static/{{ASSETS}}/icon.svg">
<link rel="stylesheet" href="{{BASE}}static/{{ASSETS}}/base.css">
<link rel="stylesheet" href="{{BASE}}static/{{ASSETS}}/portal.css">
</head>
<body>
<a class="skip" href="#content">{{M_skip_to_content}}</a>
<header class="bar">
<div class="bar-inner">
<a class="brand" href="{{BASE}}"><img src="{{BASE}}static/{{ASSETS}}/icon.svg" alt="" width="28" height="28"><span>{{PORTAL_HOST}}</span></a>
{{#SIGNED_IN}}
<div class="account">
<p class="who"><span class="who-label">{{M_signed_in_as}}</span> <strong>{{PERSON}}</strong></p>
<form method="post" action="{{BASE}}logout">
<input type="hidden" name="token" value="{{TOKEN}}">
<button class="quiet" type="submit">{{M_sign_out}}</button>
</form>
</div>
{{/SIGNED_IN}}
</div>
</header>
<main id="content">
{{>CONTENT}}
</main>
</body>
</html>
