#!/bin/sh
# Makes the demo film from nothing but arithmetic: a drifting dusk, a countdown, a pendulum and a tone for every second.
# Needs ffmpeg (apt-get install ffmpeg). The result is committed, so nobody needs to run this to build or to run Matinee.
#   scripts/make-demo-film.sh [folder]      default: demo/film
# original.mp4  H.264 + AAC, 480p, moov first: for byte ranges
# v240 v360 v480 a64 .mp4   one clear CMAF file per track: ftyp moov sidx (moof mdat)*, a fragment every two seconds
set -eu

out=${1:-"$(dirname "$0")/../demo/film"}
seconds=12
rate=25
budget=614400 # 600 KiB for all files together
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# One stroke of a seven-segment digit: box and the digits that light it, at x0; `digit` is an expression of t.
stroke() { # x y w h digit lit...
    x=$1 y=$2 w=$3 h=$4 digit=$5
    shift 5
    lit=0
    for d in "$@"; do lit="$lit+eq($digit,$d)"; done
    printf "drawbox=x=%s:y=%s:w=%s:h=%s:color=white@0.92:t=fill:enable='%s'," "$x" "$y" "$w" "$h" "$lit"
}
digit() { # x0 expression
    x0=$1 n=$2
    stroke "$((x0 + 14))" 130 72 14 "$n" 0 2 3 5 6 7 8 9
    stroke "$((x0 + 86))" 144 14 82 "$n" 0 1 2 3 4 7 8 9
    stroke "$((x0 + 86))" 240 14 82 "$n" 0 1 3 4 5 6 7 8 9
    stroke "$((x0 + 14))" 322 72 14 "$n" 0 2 3 5 6 8 9
    stroke "$x0" 240 14 82 "$n" 0 2 6 8
    stroke "$x0" 144 14 82 "$n" 0 4 5 6 8 9
    stroke "$((x0 + 14))" 226 72 14 "$n" 2 3 4 5 6 8 9
}

left="($seconds-floor(t))"
frame='drawbox=x=40:y=40:w=774:h=400:color=white@0.25:t=2'
track='drawbox=x=80:y=404:w=694:h=6:color=white@0.25:t=fill'
tens=$(digit 310 "floor($left/10)")
ones=$(digit 444 "mod($left,10)")

# Picture: a gradient that turns slowly, the digits, and a bright ball that crosses once in two seconds.
ffmpeg -nostdin -hide_banner -v error -y -fflags +bitexact \
    -f lavfi -i "gradients=s=854x480:r=$rate:d=$seconds:seed=7:n=3:c0=0x0b1026:c1=0x4b2a7b:c2=0xd76d58:x0=0:y0=0:x1=854:y1=480:speed=0.004" \
    -f lavfi -i "color=c=0xffd27a:s=34x34:r=$rate:d=$seconds,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='clip((17-hypot(X-16.5,Y-16.5))*255,0,255)'" \
    -f lavfi -i "aevalsrc='0.22*sin(2*PI*(if(lt(t,$((seconds - 1))),440,880))*t)*exp(-5*mod(t,1))+0.05*sin(2*PI*110*t)':s=48000:d=$seconds:c=stereo" \
    -filter_complex "[0:v]$frame,$tens$ones$track[back];[back][1:v]overlay=x='410+347*sin(PI*t)':y='390':eval=frame,format=yuv420p[v]" \
    -map '[v]' -map 2:a -c:v ffv1 -c:a pcm_s16le "$work/master.mkv"

gop=$((rate * 2))
x264="-c:v libx264 -preset veryslow -profile:v main -pix_fmt yuv420p -g $gop -keyint_min $gop -sc_threshold 0 -flags +cgop+bitexact -bf 2 -threads 1"
aac="-c:a aac -ac 2 -ar 48000 -b:a 64k -flags +bitexact"
clean="-map_metadata -1 -fflags +bitexact"
quiet="ffmpeg -nostdin -hide_banner -v error -y"

# shellcheck disable=SC2086 # the option lists are meant to be split
encode() {
    $quiet -i "$work/master.mkv" -map 0:v -vf "scale=$1:$2:flags=lanczos" $x264 -crf "$3" $clean "$work/v$2.mp4"
    # CMAF: fragments at keyframes, one index at the front.
    $quiet -i "$work/v$2.mp4" -c copy -f mp4 -movflags +cmaf+frag_keyframe+global_sidx+skip_trailer \
        -min_frag_duration 1900000 $clean "$out/v$2.mp4"
}
encode 426 240 28
encode 640 360 29
encode 854 480 30

# shellcheck disable=SC2086
{
    $quiet -i "$work/master.mkv" -map 0:a $aac $clean "$work/a64.mp4"
    $quiet -i "$work/a64.mp4" -c copy -f mp4 -movflags +cmaf+global_sidx+skip_trailer -frag_duration 2000000 $clean "$out/a64.mp4"
    $quiet -i "$work/v480.mp4" -i "$work/a64.mp4" -map 0:v -map 1:a -c copy -movflags +faststart $clean "$out/original.mp4"
}

total=$(cat "$out"/*.mp4 | wc -c)
ls -l "$out"
echo "$total bytes in all"
test "$total" -le "$budget" || {
    echo "more than $budget bytes: raise -crf" >&2
    exit 1
}
