{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{TITLE}} · mod_sso manager</title>
<link rel="icon" type="image/svg+xml" href="{{BASE}}static/icon.svg?v={{ASSETS}}">
<link rel="stylesheet" href="{{BASE}}static/base.css?v={{ASSETS}}">
<link rel="stylesheet" href="{{BASE}}static/manager.css?v={{ASSETS}}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
<div class="bar-inner">
<a class="brand" href="{{BASE}}"><img src="{{BASE}}static/icon.svg?v={{ASSETS}}" alt="" width="28" height="28"><span>mod_sso manager</span></a>
<nav aria-label="Pages">
<a href="{{BASE}}"{{#ON_CONFIGURATION}} aria-current="page"{{/ON_CONFIGURATION}}>Configuration</a>
<a href="{{BASE}}sessions"{{#ON_SESSIONS}} aria-current="page"{{/ON_SESSIONS}}>Sessions</a>
<a href="{{PORTAL_URL}}">Portal</a>
</nav>
<p class="who">Signed in as <strong>{{PERSON}}</strong></p>
</div>
</header>
<main id="content">
{{>CONTENT}}
</main>
</body>
</html>
