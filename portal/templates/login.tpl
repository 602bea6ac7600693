{{%AUTOESCAPE context="HTML"}}
<section class="card narrow">
<h1>{{M_login_title}}</h1>
<p class="lead">{{#DESTINATION}}{{M_login_destination}} <strong>{{DESTINATION_NAME}}</strong>{{/DESTINATION}}{{#NO_DESTINATION}}{{M_login_no_destination}}{{/NO_DESTINATION}}</p>
{{#NOTICE}}<p class="notice" role="status">{{NOTICE_TEXT}}</p>{{/NOTICE}}
{{#ERROR}}<p class="notice error" role="alert" id="error">{{ERROR_TEXT}}</p>{{/ERROR}}
<form method="post" action="{{BASE}}">
<input type="hidden" name="token" value="{{TOKEN}}">
{{#DESTINATION}}<input type="hidden" name="url" value="{{DESTINATION_FIELD}}">{{/DESTINATION}}
<div class="field">
<label for="user">{{M_login_user}}</label>
<input id="user" name="user" type="text" value="{{USER}}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="256" required{{#FIELD_ERROR}} aria-invalid="true" aria-describedby="error"{{/FIELD_ERROR}}{{#FOCUS_USER}} autofocus{{/FOCUS_USER}}>
</div>
<div class="field">
<label for="password">{{M_login_password}}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required{{#FIELD_ERROR}} aria-invalid="true" aria-describedby="error"{{/FIELD_ERROR}}{{#FOCUS_PASSWORD}} autofocus{{/FOCUS_PASSWORD}}>
</div>
<button class="primary" type="submit">{{M_login_button}}</button>
</form>
<p class="hint">{{M_login_hint}}</p>
</section>
