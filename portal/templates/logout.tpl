{{%AUTOESCAPE context="HTML"}}
<section class="card narrow">
<h1>{{M_logout_title}}</h1>
<p class="lead">{{M_signed_in_as}} <strong>{{PERSON}}</strong></p>
{{#ERROR}}<p class="notice error" role="alert" id="error">{{ERROR_TEXT}}</p>{{/ERROR}}
<p>{{M_logout_question}}</p>
<form method="post" action="{{BASE}}logout">
<input type="hidden" name="token" value="{{TOKEN}}">
<button class="primary" type="submit">{{M_sign_out}}</button>
</form>
<p class="after"><a href="{{BASE}}">{{M_logout_stay}}</a></p>
</section>
