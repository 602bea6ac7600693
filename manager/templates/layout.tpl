{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANGUAGE}}" data-base="{{BASE}}" data-portal="{{PORTAL_URL}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{TITLE}}</title>
<link rel="icon" type="image/svg+xml" href="{{BASE}}static/{{ASSETS}}/icon.svg">
<link rel="stylesheet" href="{{BASE}}static/{{ASSETS}}/base.css">
<link rel="stylesheet" href="{{BASE}}static/{{ASSETS}}/manager.css">
{{#SCRIPT}}<script type="module" src="{{BASE}}static/{{ASSETS}}/ui/main.js"></script>{{/SCRIPT}}
</head>
<body>
<a class="skip" href="#content">{{M_SKIP}}</a>
<header class="bar">
<div class="bar-inner">
<a class="brand" href="{{BASE}}"><img src="{{BASE}}static/{{ASSETS}}/icon.svg" alt="" width="28" height="28"><span>{{M_MANAGER}}</span></a>
<nav id="pages" aria-label="{{M_PAGES}}"></nav>
<p class="who"><span class="who-label">{{M_SIGNED_IN_AS}}</span> <strong>{{PERSON}}</strong> <a href="{{PORTAL_URL}}">{{M_PORTAL}}</a></p>
</div>
</header>
<main id="content" tabindex="-1">
{{>CONTENT}}
</main>
<div id="announcements" class="hidden" role="status" aria-live="polite"></div>
</body>
</html>
